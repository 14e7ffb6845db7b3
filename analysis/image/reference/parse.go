package reference

import (
	// Digests are only known for algorithms that are linked in.
	_ "crypto/sha256"
	_ "crypto/sha512"
	"errors"
	"fmt"
	"strings"

	distribution "github.com/distribution/reference"
)

var errEmpty = errors.New("the reference is empty")

// Parse reads a reference as it stands in a spec.
func Parse(text string) (Reference, error) {
	if text == "" {
		return Reference{}, errEmpty
	}
	named, err := distribution.ParseNormalizedNamed(lowerHost(text))
	if err != nil {
		return Reference{}, fmt.Errorf("reference %q: %w", text, err)
	}
	r := Reference{Registry: distribution.Domain(named), Repository: distribution.Path(named), Short: !qualified(text)}
	if t, ok := named.(distribution.Tagged); ok {
		r.Tag = t.Tag()
	}
	if d, ok := named.(distribution.Digested); ok {
		r.Digest = d.Digest().String()
	}
	r.cutFrom(text)
	return r, nil
}

// cutFrom has the parts be those of the text that was parsed, where they stand there as they are, so that they are held once.
func (r *Reference) cutFrom(text string) {
	cut := *r
	rest, ok := text, true
	take := func(part *string, before string) {
		if *part == "" || !ok {
			return
		}
		if ok = strings.HasPrefix(rest, before) && strings.HasPrefix(rest[len(before):], *part); ok {
			*part, rest = rest[len(before):len(before)+len(*part)], rest[len(before)+len(*part):]
		}
	}
	take(&cut.Registry, "")
	take(&cut.Repository, "/")
	take(&cut.Tag, ":")
	take(&cut.Digest, "@")
	if ok && rest == "" {
		*r = cut
	}
}

// qualified tells that a reference begins with a host. Anything before a slash is one that no path of a repository could be: with a
// dot, a port or capitals; and localhost.
func qualified(text string) bool {
	host, _, found := strings.Cut(text, "/")
	return found && isHost(host)
}

// lowerHost writes the host in lower case, as DNS has it, so that Docker.IO is Docker Hub too. One that is told from a path by its
// capitals alone keeps them.
func lowerHost(text string) string {
	host, rest, found := strings.Cut(text, "/")
	if lower := strings.ToLower(host); found && lower != host && isHost(lower) {
		return lower + "/" + rest
	}
	return text
}

func isHost(s string) bool {
	return s == "localhost" || strings.ContainsAny(s, ".:") || strings.ToLower(s) != s
}

// ParseID reads what a runtime reports of a running image, status.containerStatuses[].imageID: the repository that it was pulled from,
// normalised ("docker.io/library/nginx"), and the digest. A bare digest has no repository: it is that of the image's configuration,
// which runtimes report of images that no registry has given them a digest for. Where nothing can be read all is empty.
func ParseID(imageID string) (repository, digest string, bare bool) {
	name, digest, bare := cutID(imageID)
	if name == "" {
		return "", digest, bare
	}
	if r, err := Parse(name); err == nil {
		repository = r.Name()
	}
	return repository, digest, false
}

// Running is ParseID without the repository, and takes a small part of the time.
func Running(imageID string) (digest string, bare bool) {
	_, digest, bare = cutID(imageID)
	return digest, bare
}

// cutID gives what an imageID consists of, the repository as it stands there.
func cutID(imageID string) (name, digest string, bare bool) {
	id := strings.TrimPrefix(strings.TrimPrefix(imageID, "docker-pullable://"), "docker://")
	name, digest, found := strings.Cut(id, "@")
	if !found {
		name, digest = "", id
		if len(id) == 64 && !strings.Contains(id, ":") {
			// CRI-O has reported image IDs without an algorithm.
			digest = "sha256:" + id
		}
	}
	if !Digest(digest) {
		return "", "", false
	}
	return name, digest, !found
}

// Digest tells that a text is a whole digest, of sha256 or sha512.
func Digest(text string) bool {
	sum, ok := strings.CutPrefix(text, "sha256:")
	want := 64
	if !ok {
		sum, ok = strings.CutPrefix(text, "sha512:")
		want = 128
	}
	if !ok || len(sum) != want {
		return false
	}
	for i := range len(sum) {
		if c := sum[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
