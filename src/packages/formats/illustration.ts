/**
 * The project's icon as a PNG of 48 × 48 pixels, which every ZIM must have.
 *
 * Chromium drew it from `public/icon.svg`. Draw it again if the icon changes; a test compares the two.
 */
const BASE64 =
  'iVBORw0KGgoAAAANSUhEUgAAADAAAAAwCAYAAABXAvmHAAAEYUlEQVR4nNSaf2xTVRTHv/e92o1s3bpqGGPdYHGubhFnNBkbChoUy6BsiyZITA' +
  'ia4T8S/1HjP4vxD6MxkRATSDTGxR+YqMQfs0XYIKIskVH/wCLFBmEMwlpx06w6NrfRvut5D0rarYN3261v79M0bc+7rz3nnnPPPee9WjALTo+n' +
  'gTP5QYnz+zhQzxirRw7hnJ9kDAFF4QEus6MRr/eXdOPYdIG9rc1uiyvv0KFtWCBwFcbeHZNZR7SrK5p8LMUA54aW9UxGJ4mXYkHCIzyO9sED3u' +
  '6E5IYBFR7P42ByD0wAj/PmhBGaAVrYxPhv9KkMpoBH4uB3RXy+cUn9SMq/Zx7lVdhSGdIu7Z3T7XbAmj9MrpBgIigzKtwiLbYwq3UNTKa8ijrh' +
  'LBZbbaH89Ahj+k5atmQxDu16A5mgKAqGo/9gcPhvnOofQN/pEI4GgmqKRKZwSI0WsqUROUCSJJQ6SrTnA65qPLNhHc6FI3jzk8/x06kQMoM3ys' +
  'U1d+8kf+TrGV5iK8RW91rMFY4iG1pXN+He6iosysvD6YGLQuczzkokUr5Y7wnZuPtmPFy/Ajue8EAY0l1o8Up6F0sGlDrsWHVPHUSxiAxON//7' +
  'j/nx0p4PcCtkWgO1yyuw4s4qPNu8TksIyTB6vL2jHe4XO3DlvwnoRcgD6UJIb1TFKQsFz1/EZ4d/xMZXXsOer30zxtxRXITtm9ZDhKxDKJOouh' +
  'qLYfeXXnxxpPeGWxPz8NSjayCCkAFKFh5Ix1uf7kN0fDxF5rDZUEehphdDPJBgfGISwYGBGfLaZZXQi+ElxGH/Ce01eR6KbQXQi1AWmg+UNCEo' +
  'EpaGG5Au3v+imkkvhoZQwaI8tDx0rRRLnvTQhUvQi6EeeL5tEwryU8uwoZGoVuTpRWwjw9yxss5FFeljM750b/f3EEGslJiDfcBVWY72jW6tCk' +
  '1GzUJDFPsf9xyBCPMSQntffXmGTJZkbcGqZfNsdLz/ESanpiDCvBjQUOuCKL9Sl9ZLHZoohu7EKvz6ImAss4Qo5IG5roX6I3+gc38Pym53UPbR' +
  'n/uTyVkand7UHwuG0HsymHWXJ2SA3hByPf0ccoXhpcTyslJ4VjVoIbRP7Q8EMbwarSpbgheebMHmtWKNTALDPTAyegU/h87gfOQyMsFwAwJn+7' +
  'H19Z3IFNNdE52O4R6wFxaipqIcYxMTwlfmVIQMGBkdw+6vvCmy3y+FkQ12ah8b6mq0LJSJAczpaT1OuXwlTAjtgX51bwrApKi6S1TfmNYAVXe6' +
  'Om1eA1TdpbDP51djCSaDisAfVN3VfYDHYmwLSUZgHqJXp+Qt9Mq1jexyd9cF8sJ2mIS4wrf9eeibIfW9nBD+e/ZMqKja5afGiO4hMRsWJNpfDT' +
  'aHD3i/S0jk5MNkxDm5sqLzNou1mlKU+O2S+YTjw1GL1Drk+zalcZ61oy1vbnZCtjZK4E0crImB30+JNw+5gPNJ+s0T9Jt9Clgf4lPHwwcPDqYb' +
  '+j8AAAD//6+JkHkAAAAGSURBVAMA9B+Kctd7bgIAAAAASUVORK5CYII=';

export const ILLUSTRATION: Uint8Array = Uint8Array.from(atob(BASE64), (character) => character.charCodeAt(0));
