package reference

import (
	// Digests are only known for algorithms that are linked in.
	_ "crypto/sha256"
	_ "crypto/sha512"
	"errors"
	"fmt"
	"strings"

	distribution "github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
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
	return r, nil
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
	if lower := strings.ToLower(host); found && isHost(lower) {
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
	id := strings.TrimPrefix(strings.TrimPrefix(imageID, "docker-pullable://"), "docker://")
	name, last, found := strings.Cut(id, "@")
	if !found {
		name, last = "", id
		if len(id) == 64 && !strings.Contains(id, ":") {
			// CRI-O has reported image IDs without an algorithm.
			last = "sha256:" + id
		}
	}
	if !Digest(last) {
		return "", "", false
	}
	if name == "" {
		return "", last, !found
	}
	r, err := Parse(name)
	if err != nil {
		return "", last, false
	}
	return r.Name(), last, false
}

// Digest tells that a text is a whole digest, of sha256 or sha512.
func Digest(text string) bool {
	d := digest.Digest(text)
	return (strings.HasPrefix(text, "sha256:") || strings.HasPrefix(text, "sha512:")) && d.Validate() == nil
}
