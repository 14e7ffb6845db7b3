package record

import (
	"slices"
	"strings"
)

// Digest gives the digest in an image reference or in the imageID of a status, "sha256:…", in lower case; "" where there is none.
func Digest(image string) string {
	if at := strings.LastIndexByte(image, '@'); at >= 0 {
		image = image[at+1:]
	} else if scheme := strings.LastIndex(image, "://"); scheme >= 0 {
		image = image[scheme+3:]
	}
	algorithm, sum, ok := strings.Cut(image, ":")
	if !ok || algorithm == "" || len(sum) < 32 || len(sum) > 256 {
		return ""
	}
	for i := range len(algorithm) {
		if c := algorithm[i] | 0x20; (c < 'a' || c > 'z') && (c < '0' || c > '9') && !strings.ContainsRune("+._-", rune(c)) {
			return ""
		}
	}
	for i := range len(sum) {
		if c := sum[i] | 0x20; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return ""
		}
	}
	return strings.ToLower(image)
}

// addDigest adds a digest that a report names, once. What it is of may be learnt later.
func (s *Scan) addDigest(image string, of DigestOf) {
	digest := intern(Digest(image))
	if digest == "" {
		return
	}
	at := slices.IndexFunc(s.Digests, func(d ScanDigest) bool { return d.Digest == digest })
	switch {
	case at < 0:
		s.Digests = append(s.Digests, ScanDigest{Digest: digest, Of: of})
	case s.Digests[at].Of == OfUnknown:
		s.Digests[at].Of = of
	}
}

// mediaOf tells by the media type of what a digest is.
func mediaOf(mediaType string) DigestOf {
	switch {
	case strings.Contains(mediaType, "manifest.list"), strings.Contains(mediaType, "image.index"):
		return OfIndex
	case strings.Contains(mediaType, "image.manifest"), strings.Contains(mediaType, "distribution.manifest"):
		return OfManifest
	case strings.Contains(mediaType, "image.config"), strings.Contains(mediaType, "container.image"):
		return OfConfig
	}
	return OfUnknown
}
