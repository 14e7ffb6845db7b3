package guard

import (
	"fmt"
	"io"
	"net/http"
	"strings"
)

const (
	mib = 1 << 20

	// versionLimit bounds the answer to /version, which takes some hundred bytes.
	versionLimit = mib
	// answerLimit bounds discovery, and the answers to what is posted.
	answerLimit = 64 * mib
	// pageLimit bounds a page of a list: 500 objects of half a MiB each, and no real one is near that.
	pageLimit = 256 * mib
	// listLimit bounds a list that is read in one piece, after its pages have expired.
	listLimit = 1024 * mib
	// frameLimit bounds one event of a watch. etcd holds no object over 8 MiB.
	frameLimit = 64 * mib
	// maxPages is how many pages a list may have: fifty million objects.
	maxPages = 100_000
)

// limitOf gives the most that the answer to a request may hold; 0 for a watch, whose events are bounded one by one.
func limitOf(request *http.Request) int64 {
	query, path := request.URL.Query(), strings.Trim(request.URL.Path, "/")
	_, paged := query["limit"]
	switch watch := query.Get("watch"); {
	case watch == "true" || watch == "1":
		return 0
	case path == "version" || strings.HasSuffix(path, "/version"):
		return versionLimit
	case request.Method != http.MethodGet:
		return answerLimit
	case paged:
		return pageLimit
	case resources(path):
		return listLimit
	}
	return answerLimit
}

// resources tells a path that leads to objects, from one of discovery. The server may stand below a path of its own.
func resources(path string) bool {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if p == "api" && len(parts)-i > 2 || p == "apis" && len(parts)-i > 3 {
			return true
		}
	}
	return false
}

// bounded ends an answer that is over its limit.
type bounded struct {
	io.ReadCloser
	left, limit int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, fail(ErrTooLarge, "over %d MiB", b.limit/mib)
	}
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fail(ErrTooLarge, "over %d MiB", b.limit/mib)
	}
	return n, err
}

// framed ends a stream of JSON values when one of them is over the limit.
type framed struct {
	io.ReadCloser
	depth, size     int
	quoted, escaped bool
}

func (f *framed) Read(p []byte) (int, error) {
	n, err := f.ReadCloser.Read(p)
	for _, c := range p[:n] {
		f.size++
		switch {
		case f.escaped:
			f.escaped = false
		case f.quoted && c == '\\':
			f.escaped = true
		case c == '"':
			f.quoted = !f.quoted
		case f.quoted:
		case c == '{' || c == '[':
			f.depth++
		case c == '}' || c == ']':
			if f.depth--; f.depth <= 0 {
				f.depth, f.size = 0, 0
			}
		}
	}
	if f.size > frameLimit {
		return 0, fail(ErrTooLarge, "one event of a watch is over %d MiB", frameLimit/mib)
	}
	return n, err
}

// Pages looks at the tokens by which a list goes on. Its zero value is ready for use, for one list.
type Pages struct {
	count int
	last  string
	// kept is a token from further back, taken anew at ever longer distances, so that a ring of tokens is found too.
	kept string
	next int
}

// Next is told the token of the next page; an error tells that the list goes round in circles or has no end.
func (p *Pages) Next(token string) error {
	p.count++
	if token == p.last || p.kept != "" && token == p.kept {
		return fail(ErrEndless, "page %d goes on where an earlier one did", p.count)
	}
	if p.count > maxPages {
		return fail(ErrEndless, "over %d pages", maxPages)
	}
	p.last = token
	if p.count > p.next {
		p.kept, p.next = token, 2*p.count
	}
	return nil
}

// Brief cuts words of a server to what a person reads.
func Brief(s string) string {
	const most = 300
	n := 0
	for i := range s {
		if n++; n > most {
			return fmt.Sprintf("%s… (%d bytes more)", s[:i], len(s)-i)
		}
	}
	return s
}
