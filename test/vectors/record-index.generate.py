"""Writes record-index.json: a record index made without this project, by the rules of src/mirror/README.md.

    python3 test/vectors/record-index.generate.py > test/vectors/record-index.json
"""
import hashlib, json

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def suffix(i):
    digest = hashlib.sha256(b"suffix %d" % i).digest()
    return "".join(ALPHABET[byte % 32] for byte in digest[:26])


DAYS = ["2026-05-21T10:00:00Z", "2026-05-21T23:59:59Z", "2026-05-22T00:00:00Z", "2024-02-29T12:00:00Z", None]
records = []
for i in range(40):
    bundles = sorted(sha(f"bundle {i}.{j}") for j in range(1 + (i % 7 == 0) * 2))
    withheld = "legal" if i % 11 == 5 else None
    records.append({"suffix": suffix(i), "submitted_at": DAYS[i % 5], "withheld": withheld,
                    "state": sha(f"state {i}"), "bundles": bundles})


def cut(text, columns):
    return "".join("\t".join(line.split("\t")[:columns]) + "\n" for line in text.splitlines())


files, years = {}, {}
for record in records:
    day = record["submitted_at"][:10] if record["submitted_at"] else "undated"
    year = day[:4] if day != "undated" else "undated"
    rest = ("withheld", record["withheld"]) if record["withheld"] else (record["state"], ",".join(record["bundles"]))
    years.setdefault(year, {}).setdefault(day, []).append("\t".join((record["suffix"], *rest)) + "\n")
top = ""
for year in sorted(years):
    listed = ""
    for day in sorted(years[year]):
        text = "".join(sorted(years[year][day]))
        files[f"records/{year}/{day}.tsv"] = text
        listed += f"{day}.tsv\t{len(years[year][day])}\t{sha(cut(text, 2))}\t{sha(text)}\n"
    files[f"records/{year}/index.tsv"] = listed
    count = sum(len(lines) for lines in years[year].values())
    top += f"{year}/index.tsv\t{count}\t{sha(cut(listed, 3))}\t{sha(listed)}\n"
files["records/index.tsv"] = top
files["records/snapshot.txt"] = (
    f"pith-mirror snapshot v1\nrecords {len(records)}\nstates {sha(cut(top, 3))}\nbundles {sha(top)}\n"
)
print(json.dumps({"records": records, "files": dict(sorted(files.items()))}, indent=1))
