package capture

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
)

// padded is a pod of n bytes or more, on one line.
func padded(name string, n int) string {
	return fmt.Sprintf(`{"apiVersion":"v1","kind":"Pod","metadata":{"name":%q,"annotations":{"x":%q}},"spec":{"containers":[{"name":"c","image":"i"}]}}`,
		name, strings.Repeat("x", n))
}

// separated makes n pods of many sizes, so that separators fall on every place of a buffer.
func separated(n, size int) (docs, want []string) {
	for i := range n {
		name := fmt.Sprintf("p%04d", i)
		docs, want = append(docs, padded(name, i*7%size)), append(want, "default/Pod/"+name)
	}
	return docs, want
}

// slow gives some hundred bytes at a time.
type slow struct{ io.Reader }

func (s slow) Read(p []byte) (int, error) { return s.Reader.Read(p[:min(len(p), 499)]) }

func podKey(i int) key {
	return keyOf(model.KindByName("Pod").Ref("default", fmt.Sprintf("p%04d", i)))
}

// TestSeparated reads JSON documents with separators, whatever stands on either side of the border of a buffer.
func TestSeparated(t *testing.T) {
	for _, c := range []struct {
		n, size int
		between string
	}{{40, 300, "\n---\n"}, {900, 1500, "\n---\n"}, {900, 1500, "\n---"}, {900, 1500, " \r\n--- \r\n"}, {900, 1500, "\n---\n\n---\n"}} {
		docs, want := separated(c.n, c.size)
		text := strings.Join(docs, c.between) + c.between
		s := openText(t, "f", text)
		if got := refs(s); !slices.Equal(got, want) {
			t.Errorf("%d with %q: %d objects", c.n, c.between, len(got))
		}
		for _, p := range s.Problems() {
			t.Errorf("%d with %q: %s", c.n, c.between, p)
		}
		if c.between != "\n---\n" {
			continue
		}
		for i, ref := range want[:len(docs)] {
			if o := s.objects[podKey(i)]; o.document != i+1 || o.line != 2*i+1 {
				t.Fatalf("%s is document %d at line %d", ref, o.document, o.line)
			}
		}
		in, err := Open(context.Background(), []string{"-"}, Options{Stdin: slow{strings.NewReader(text)}})
		if err != nil {
			t.Fatal(err)
		}
		if got := refs(in); !slices.Equal(got, want) || len(in.Problems()) > 0 {
			t.Errorf("bit by bit: %d objects, %v", len(got), in.Problems())
		}
	}
}

// TestSeparatedYAML reads a long text that begins with JSON and goes on in YAML.
func TestSeparatedYAML(t *testing.T) {
	docs, want := separated(600, 1500)
	docs[500] = "# Source: chart\n" + docs[500]
	docs[550] = strings.TrimSuffix(strings.Replace(podB, "{name: b}", "{name: p0550}", 1), "\n")
	s := openText(t, "f", strings.Join(docs, "\n---\n"))
	if got := refs(s); !slices.Equal(got, want) || len(s.Problems()) > 0 {
		t.Errorf("%d objects, %v", len(got), s.Problems())
	}
	for i, line := range map[int]int{499: 999, 500: 1002, 549: 1100, 550: 1102, 551: 1107, 599: 1203} {
		if o := s.objects[podKey(i)]; o.document != i+1 || o.line != line {
			t.Errorf("%s is document %d at line %d, want %d at %d", want[i], o.document, o.line, i+1, line)
		}
	}
}

// TestSeparatedBroken names the documents that do not fit, and reads the others.
func TestSeparatedBroken(t *testing.T) {
	for what, broken := range map[string]string{
		"cut off":        `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"`,
		"cut off within": `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"},"spec":{"containers":[{"name":`,
		"no JSON":        `{"apiVersion":"v1","kind":"Pod","metadata":{"name":x}}`,
		"a list cut off": `{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1"`,
	} {
		docs, want := separated(600, 1500)
		docs[300] = broken
		s := openText(t, "f", strings.Join(docs, "\n---\n"))
		if got := refs(s); !slices.Equal(got, slices.Delete(want, 300, 301)) {
			t.Errorf("%s: %d objects", what, len(got))
		}
		list := s.Problems()
		if len(list) != 1 || list[0].Document != 301 || !list[0].Skipped || strings.Contains(list[0].Message, "rest of the file") {
			t.Errorf("%s: %v", what, list)
		}
	}
	// Without a separator nobody knows where the next document begins.
	docs, want := separated(600, 1500)
	docs[300] = `{"a":}`
	s := openText(t, "f", strings.Join(docs, "\n"))
	if list := s.Problems(); len(refs(s)) != 300 || len(list) != 1 || !strings.Contains(list[0].Message, "the rest of the file is skipped") {
		t.Errorf("%d of %d objects, %v", len(refs(s)), len(want), list)
	}
	// The last one that is cut off ends the file.
	docs, _ = separated(600, 1500)
	s = openText(t, "f", strings.Join(append(docs[:500], `{"a":`), "\n---\n"))
	if list := s.Problems(); len(refs(s)) != 500 || len(list) != 1 || !strings.Contains(list[0].Message, "the text ends within a document") {
		t.Errorf("%d objects, %v", len(refs(s)), list)
	}
}

// FuzzStream holds that it makes no difference in which bits a text comes.
func FuzzStream(f *testing.F) {
	f.Add(jsonA+"\n---\n"+jsonB, 64)
	f.Add(jsonA+"\n---\n# c\n"+podB+"---\n"+jsonB, 300)
	f.Add(`{"kind":"List","items":[{"a":1},{"b":`+"\n---\n"+`{"c":"---"} --- {}`+"\n---", 64)
	f.Add("{}\n--\n{}\n---\n---\n[1]\n---\n-1", 1000)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		whole := streamed(strings.NewReader(text), limit)
		bits := streamed(iotest.OneByteReader(strings.NewReader(text)), limit)
		if limit > len(text) && whole != bits {
			t.Errorf("whole:\n%s\nbit by bit:\n%s", whole, bits)
		}
	})
}

// streamed writes out what a streamer makes of a text.
func streamed(in io.Reader, limit int) string {
	var out strings.Builder
	limits := Limits{DocumentBytes: int64(max(limit, 16))}
	s := streamer{in: bufio.NewReaderSize(in, 16), file: &file{}, limits: &limits,
		emit: func(p *piece) error { fmt.Fprintf(&out, "%d:%d %q\n", p.document, p.line, p.data); return nil },
		note: func(p Problem) { fmt.Fprintln(&out, p) },
		end:  func(*list, schema.GroupVersionKind) error { fmt.Fprintln(&out, "end"); return nil }}
	s.yaml = func(in io.Reader, line, document int) error {
		rest, err := io.ReadAll(in)
		fmt.Fprintf(&out, "YAML after line %d, document %d: %q %v\n", line, document, rest, err)
		return nil
	}
	must(s.stream())
	return out.String()
}
