package capture

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"path/filepath"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// reader goes through files and hands their pieces on, in order.
type reader struct {
	ctx     context.Context
	options *Options
	limits  *Limits
	queue   *queue
	total   int64
	// files lists what was read, for the recognition of dumps.
	files []*file
	// sums holds the SHA-256 of every file of a directory or archive, by its name.
	sums map[string]string
	// manifests holds the manifests of captures of ours, by the name of the directory or archive.
	manifests map[string]*Manifest
	marked    map[string]bool
	// buffer is used for one file after the other: directories hold thousands of small ones.
	buffer, second *bufio.Reader
}

// buffered gives the buffer, reading from in.
func buffered(b **bufio.Reader, in io.Reader) *bufio.Reader {
	if *b == nil {
		*b = bufio.NewReaderSize(in, streamFrom)
	}
	(*b).Reset(in)
	return *b
}

// note hands a problem on, in order with the pieces.
func (r *reader) note(p Problem) { r.queue.note(p) }

func (r *reader) fail(f *file, err error) {
	r.note(Problem{File: f.name, Message: plainError(err), Skipped: true})
}

// meter makes the reader of a file that counts against the limits.
func (r *reader) meter(in io.Reader) io.Reader { return &meter{in: in, reader: r} }

// meter bounds what is read: of one file, and of all.
type meter struct {
	in     io.Reader
	reader *reader
	file   int64
}

func (m *meter) Read(p []byte) (int, error) {
	if err := m.reader.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.in.Read(p)
	m.file += int64(n)
	m.reader.total += int64(n)
	if l := m.reader.limits; m.file > l.FileBytes {
		return 0, overLimit("the file", l.FileBytes)
	} else if m.reader.total > l.TotalBytes {
		return 0, overLimit("the capture", l.TotalBytes)
	}
	return n, err
}

// member reads a file of a directory or archive.
func (r *reader) member(container string, f *file, in io.Reader) error {
	sum := sha256.New()
	// What no one wants to read counts against the limits too, and ends with the context.
	in = io.TeeReader(r.meter(in), sum)
	var err error
	if f.path == manifestName {
		err = r.manifest(container, f, in)
	} else {
		err = r.text(f, in)
	}
	// What was left unread counts for the sum.
	if _, rest := io.Copy(io.Discard, in); err == nil {
		err = rest
	}
	r.sums[container+"!"+f.path] = hex.EncodeToString(sum.Sum(nil))
	return err
}

// manifest reads a file that may be the manifest of a capture of ours.
func (r *reader) manifest(container string, f *file, in io.Reader) error {
	data, err := io.ReadAll(io.LimitReader(in, 16*mib))
	if err != nil {
		return err
	}
	if m, ok := parseManifest(data); ok {
		r.manifests[container] = m
		return nil
	}
	return r.text(f, io.MultiReader(bytes.NewReader(data), in))
}

// text reads a file of manifests, metered by the caller: YAML or JSON, told by its first character.
func (r *reader) text(f *file, in io.Reader) error {
	r.files = append(r.files, f)
	b := buffered(&r.buffer, in)
	head, err := b.Peek(3)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		// PowerShell writes what it redirects as UTF-16.
		utf16 := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()
		b = buffered(&r.second, transform.NewReader(b, utf16))
	} else if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		_, _ = b.Discard(3)
	}
	whole, err := b.Peek(streamFrom)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if bytes.IndexByte(whole[:min(len(whole), 8*kib)], 0) >= 0 {
		return errors.New("this is no text, nor an archive that is known (tar, zip, gzip, xz)")
	}
	emit := r.queue.piece
	if looksLikeJSON(whole, errors.Is(err, io.EOF)) {
		s := streamer{in: b, file: f, limits: r.limits, emit: emit, note: r.note, end: r.queue.end}
		s.yaml = func(in io.Reader, line, document int) error {
			rest := splitter{in: bufio.NewReaderSize(in, streamFrom), file: f, limits: r.limits, emit: emit, note: r.note, end: r.queue.end,
				line: line, document: document}
			return rest.split()
		}
		return s.stream()
	}
	s := splitter{in: b, file: f, limits: r.limits, emit: emit, note: r.note, end: r.queue.end}
	return s.split()
}

// looksLikeJSON tells JSON from YAML that begins with a brace. Where the whole text is at hand it is tried.
func looksLikeJSON(text []byte, all bool) bool {
	t := bytes.TrimLeft(text, " \t\r\n")
	if len(t) == 0 || t[0] != '{' {
		return false
	}
	if !all {
		return true
	}
	if len(t) > 1 && t[1] == '{' {
		return false
	}
	// A quote after the brace, or nothing in the braces, is JSON, if perhaps a broken one.
	t = bytes.TrimLeft(t[1:], " \t\r\n")
	return len(t) > 0 && (t[0] == '"' || t[0] == '}') && !bytes.Contains(text, []byte("\n---")) || jsonOnly(text)
}

// jsonOnly tells that a text is JSON documents one after the other.
func jsonOnly(text []byte) bool {
	q := streamer{in: bufio.NewReader(bytes.NewReader(text)), file: &file{}, limits: &Limits{DocumentBytes: gib},
		emit: func(*piece) error { return nil }, end: func(*list, schema.GroupVersionKind) error { return nil }}
	ok := true
	q.note = func(Problem) { ok = false }
	return q.stream() == nil && ok
}

// manifestFile tells files that hold manifests by their name.
func manifestFile(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".yaml", ".yml", ".json":
		return true
	}
	return false
}

// hidden tells that a part of a path begins with a dot.
func hidden(path string) bool {
	for part := range strings.SplitSeq(path, "/") {
		if strings.HasPrefix(part, ".") && part != "." {
			return true
		}
	}
	return false
}

// inCapture tells whether a file of a container is to be read: in a capture of ours only its objects are.
func (r *reader) inCapture(container string, f *file) bool {
	if f.path == markerName {
		r.marked[container] = true
		return false
	}
	if !r.marked[container] || f.path == manifestName {
		return true
	}
	f.own = strings.HasPrefix(f.path, objectsFolder)
	return f.own
}
