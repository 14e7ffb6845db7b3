package capture

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ulikunitz/xz"
	"golang.org/x/text/encoding/unicode"

	"canopy/model"
)

const (
	podA  = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: shop}\nspec: {containers: [{name: c, image: i}]}\n"
	podB  = "apiVersion: v1\nkind: Pod\nmetadata: {name: b}\nspec: {containers: [{name: c, image: i}]}\n"
	jsonA = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","namespace":"shop"},"spec":{"containers":[{"name":"c","image":"i"}]}}`
	jsonB = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"b"},"spec":{"containers":[{"name":"c","image":"i"}]}}`
)

var bothPods = []string{"default/Pod/b", "shop/Pod/a"}

// refs lists the objects of a source in their short form.
func refs(s *Source) []string {
	var list []string
	for _, o := range s.objects {
		list = append(list, o.ref.String())
	}
	slices.Sort(list)
	return list
}

// entry is one entry of a test archive.
type entry struct {
	name, text string
	kind       byte
}

func makeTar(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		if e.kind == 0 {
			e.kind = tar.TypeReg
		}
		h := &tar.Header{Name: e.name, Typeflag: e.kind, Mode: 0o600, Size: int64(len(e.text))}
		if e.kind != tar.TypeReg {
			h.Size, h.Linkname = 0, e.text
		}
		must(w.WriteHeader(h))
		if e.kind == tar.TypeReg {
			_, err := w.Write([]byte(e.text))
			must(err)
		}
	}
	must(w.Close())
	return b.Bytes()
}

func makeZip(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		if e.kind == tar.TypeSymlink {
			h.SetMode(os.ModeSymlink | 0o777)
		}
		f, err := w.CreateHeader(h)
		must(err)
		_, err = f.Write([]byte(e.text))
		must(err)
	}
	must(w.Close())
	return b.Bytes()
}

func gz(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(data)
	must(errors.Join(err, w.Close()))
	return b.Bytes()
}

func toXZ(data []byte) []byte {
	var b bytes.Buffer
	w, err := xz.NewWriter(&b)
	must(err)
	_, err = w.Write(data)
	must(errors.Join(err, w.Close()))
	return b.Bytes()
}

// TestFormats reads the same two pods out of every format, as a file and by standard input.
func TestFormats(t *testing.T) {
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(podA + "---\n" + podB))
	must(err)
	entries := []entry{{name: "x/", kind: tar.TypeDir}, {name: "x/a.yaml", text: podA}, {name: "x/b.json", text: jsonB}, {name: "x/README.md", text: "# no"}, {name: "x/.hidden.yaml", text: "}"}}
	files := []entry{{name: "a.yaml", text: podA}, {name: "d/b.json", text: jsonB}, {name: "README.md", text: "no"}}
	var long strings.Builder
	long.WriteString("apiVersion: v1\nitems:\n")
	for i := range 30000 {
		fmt.Fprintf(&long, "- apiVersion: v1\n  kind: Event\n  metadata:\n    name: e%d\n  message: |\n    a\n    - b\n", i)
	}
	tests := map[string]string{
		"yaml":            podA + "---\n" + podB,
		"separators":      "# head\n%YAML 1.1\n---\n# only a comment\n---\n" + podA + "--- # note\n" + podB + "...\n---\n",
		"crlf":            strings.ReplaceAll(podA+"---\n"+podB, "\n", "\r\n"),
		"bom":             "\xef\xbb\xbf" + podA + "---\n" + podB,
		"utf16":           string(utf16),
		"json":            jsonA + jsonB,
		"json lines":      jsonA + "\n" + jsonB + "\n",
		"json separated":  jsonA + "\n---\n" + jsonB,
		"flow yaml":       "{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: shop}, spec: {}}\n---\n" + podB,
		"list":            `{"apiVersion":"v1","items":[` + jsonA + "," + jsonB + `],"kind":"List","metadata":{}}`,
		"nested list":     `{"kind":"List","apiVersion":"v1","items":[{"kind":"List","apiVersion":"v1","items":[` + jsonA + `]},` + jsonB + `,{"apiVersion":"v1","kind":"List","items":null}]}`,
		"typed list":      `{"kind":"PodList","apiVersion":"v1","items":[{"metadata":{"name":"a","namespace":"shop"}},{"metadata":{"name":"b"}}]}`,
		"kind at the end": `{"items":[{"metadata":{"name":"a","namespace":"shop"}},{"metadata":{"name":"b"}}],"kind":"PodList","apiVersion":"v1"}`,
		"yaml list":       "apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: a, namespace: shop}\n- metadata: {name: b}\n",
		"null items":      "apiVersion: v1\nkind: List\nitems: null\n---\n" + podA + "---\n" + podB,
		"long yaml list":  long.String() + "- " + strings.ReplaceAll(podA, "\n", "\n  ") + "\n- " + strings.ReplaceAll(podB, "\n", "\n  ") + "\nkind: List\n",
		"long typed list": "items:\n" + strings.Repeat("# filler\n", 150000) + "- metadata: {name: a, namespace: shop}\n- metadata: {name: b}\napiVersion: v1\nkind: PodList\n",
		"anchors":         "apiVersion: v1\nkind: List\nitems:\n- &p {apiVersion: v1, kind: Pod, metadata: {name: b}}\n- <<: *p\n  metadata: {name: a, namespace: shop}\n",
		"tar":             string(makeTar(t, entries...)),
		"tar.gz":          string(gz(makeTar(t, entries...))),
		"tar.xz":          string(toXZ(makeTar(t, entries...))),
		"gz":              string(gz([]byte(podA + "---\n" + podB))),
		"zip":             string(makeZip(t, files...)),
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			s := openText(t, "any.name", text)
			if got := refs(s); !slices.Equal(got, bothPods) {
				t.Errorf("objects %v", got)
			}
			for _, p := range s.Problems() {
				t.Error(p)
			}
			in, err := Open(context.Background(), []string{"-"}, Options{Stdin: strings.NewReader(text)})
			if err != nil {
				t.Fatal(err)
			}
			if got := refs(in); !slices.Equal(got, bothPods) {
				t.Errorf("by standard input %v", got)
			}
		})
	}
}

func TestDirectory(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		must(os.MkdirAll(filepath.Dir(path), 0o700))
		must(os.WriteFile(path, []byte(text), 0o600))
	}
	write("a.yml", podA)
	write("sub/b.JSON", jsonB)
	write("notes.txt", "}{")
	write(".git/config.yaml", "}{")
	write(".hidden.yaml", "}{")
	must(os.WriteFile(filepath.Join(outside, "o.yaml"), []byte(strings.ReplaceAll(podA, "name: a", "name: outside")), 0o600))
	must(os.Symlink(filepath.Join(outside, "o.yaml"), filepath.Join(dir, "leads-out.yaml")))
	must(os.Symlink(outside, filepath.Join(dir, "dir-out")))
	must(os.Symlink("a.yml", filepath.Join(dir, "within.yaml")))
	must(os.Symlink(".", filepath.Join(dir, "loop")))
	s, err := Open(context.Background(), []string{dir}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := refs(s); !slices.Equal(got, bothPods) {
		t.Errorf("objects %v", got)
	}
	var skipped []string
	for _, p := range s.Problems() {
		if p.Skipped {
			skipped = append(skipped, filepath.Base(p.File))
		}
	}
	if !slices.Equal(skipped, []string{"leads-out.yaml"}) {
		t.Errorf("skipped %v", s.Problems())
	}
}

// TestRefused holds what each refusal says and that the rest is read.
func TestRefused(t *testing.T) {
	spaces := strings.Repeat(" ", 80*mib)
	deep := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\nx: " + strings.Repeat("[", 200) + strings.Repeat("]", 200) + "\n"
	deepJSON := `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"x":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + "}"
	laughs := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c <= 'j'; c++ {
		laughs += fmt.Sprintf("%c: &%c [%s*%c]\n", c, c, strings.Repeat(fmt.Sprintf("*%c,", c-1), 9), c-1)
	}
	bigXZ := toXZ([]byte(podA))
	bigXZ[16] = 40
	tests := []struct{ name, text, want string }{
		{"path traversal", string(makeTar(t, entry{name: "../../etc/evil.yaml", text: podA}, entry{name: "b.yaml", text: podB})), "leads out of the archive"},
		{"absolute path", string(makeTar(t, entry{name: "/etc/evil.yaml", text: podA}, entry{name: "b.yaml", text: podB})), "absolute"},
		{"zip traversal", string(makeZip(t, entry{name: "x/../../evil.yaml", text: podA}, entry{name: "b.yaml", text: podB})), "leads out of the archive"},
		{"zip backslash", string(makeZip(t, entry{name: `..\evil.yaml`, text: podA}, entry{name: "b.yaml", text: podB})), "backslash"},
		{"zip link", string(makeZip(t, entry{name: "l.yaml", text: "/etc/passwd", kind: tar.TypeSymlink}, entry{name: "b.yaml", text: podB})), "a link"},
		{"symbolic link", string(makeTar(t, entry{name: "l.yaml", text: "/etc/passwd", kind: tar.TypeSymlink}, entry{name: "b.yaml", text: podB})), "a link"},
		{"hard link", string(makeTar(t, entry{name: "l.yaml", text: "/etc/passwd", kind: tar.TypeLink}, entry{name: "b.yaml", text: podB})), "a link"},
		{"device", string(makeTar(t, entry{name: "d.yaml", kind: tar.TypeChar}, entry{name: "b.yaml", text: podB})), "neither a file nor a directory"},
		{"gzip bomb", string(gz([]byte(podB + "---\n" + spaces))), "compression ratio is over the limit of 400"},
		{"xz bomb", string(toXZ([]byte(podB + "---\n" + spaces))), "compression ratio is over the limit of 400"},
		{"zip bomb", string(makeZip(t, entry{name: "b.yaml", text: podB}, entry{name: "z.yaml", text: spaces})), "compression ratio is over the limit of 400"},
		{"xz dictionary", string(bigXZ), "dictionary of the xz stream is over the limit of 64 MiB"},
		{"twice compressed", string(gz(gz([]byte(podA)))), "compressed twice"},
		{"laughs", podB + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n" + laughs, "alias expansion is over the limit of 100000"},
		{"self anchor", podB + "---\nkind: &a [*a]\n", "holds itself"},
		{"deep yaml", podB + "---\n" + deep, "nesting is over the limit of 100"},
		{"deep json", jsonB + deepJSON, "nesting is over the limit of 100"},
		{"deep lists", podB + "---\n" + strings.Repeat(`{"apiVersion":"v1","kind":"List","items":[`, 20) + strings.Repeat("]}", 20), "nesting of lists is over the limit of 8"},
		{"very deep", podB + "---\n" + strings.Repeat("[", 100000), "depth"},
		{"binary", "\x7fELF\x00\x00", "no text"},
		{"control characters", podB + "---\napiVersion: v1\nkind: Pod\nmetadata: {name: \x01}\n", "control characters"},
		{"invalid utf-8", podB + "---\napiVersion: v1\nkind: Pod\nmetadata: {name: \xff}\n", "UTF-8"},
		{"cut json", jsonB + `{"apiVersion":"v1","kind":`, "ends within a document"},
		{"cut gzip", string(gz([]byte(podB + "---\n" + strings.Repeat(podA+"---\n", 9999)))[:300]), "unexpected EOF"},
		{"no kind", podB + "---\nfoo: bar\n", "kind is missing"},
		{"no object", podB + "---\n- a\n", "not an object"},
		{"no name", podB + "---\napiVersion: v1\nkind: Pod\n", "metadata.name is missing"},
		{"name with slash", podB + "---\napiVersion: v1\nkind: Pod\nmetadata: {name: a/b}\n", "may not contain '/'"},
		{"wrong version", podB + "---\napiVersion: apps/v7\nkind: Deployment\nmetadata: {name: a}\n", "no release of Kubernetes had this version"},
		{"bad group", podB + "---\napiVersion: a/b/c\nkind: X\nmetadata: {name: a}\n", "apiVersion"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := tryText(t, "f", tt.text)
			said := ""
			if err != nil {
				said = err.Error()
			} else {
				if got := refs(s); !slices.Equal(got, []string{"default/Pod/b"}) && tt.name != "cut gzip" {
					t.Errorf("objects %v", got)
				}
				for _, p := range s.Problems() {
					said += p.String() + "\n"
				}
				if c := cover(s, "Deployment"); c.State != model.Partial && !strings.Contains(tt.want, "a link") && !strings.Contains(said, "Pod") && tt.name != "wrong version" {
					t.Errorf("coverage %v", c)
				}
			}
			if !strings.Contains(said, tt.want) {
				t.Errorf("want %q, got %.300q", tt.want, said)
			}
		})
	}
}

func cover(s *Source, kind string) model.Coverage {
	for _, c := range s.coverage {
		if c.Kind == model.KindByName(kind).GroupKind() && c.Namespace == "" {
			return c
		}
	}
	return model.Coverage{}
}

func TestLimits(t *testing.T) {
	many := strings.Repeat(podA+"---\n", 50)
	tests := []struct {
		name, text, want string
		limits           Limits
	}{
		{"file", many, "the file is over the limit of 1000", Limits{FileBytes: 1000}},
		{"total", many, "the capture is over the limit of 1000", Limits{TotalBytes: 1000}},
		{"document", podB + "---\n" + podA + "# " + strings.Repeat("x", 500) + "\n", "the document is over the limit of 300", Limits{DocumentBytes: 300}},
		{"json document", jsonB + strings.Repeat(" ", 10) + `{"a":"` + strings.Repeat("x", 200000) + `"}`, "the document is over the limit of 1000", Limits{DocumentBytes: 1000}},
		{"entries", string(makeTar(t, entry{name: "a.yaml", text: podA}, entry{name: "b.yaml", text: podB})), "number of entries is over the limit of 1", Limits{Entries: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := tryText(t, "f", tt.text, func(o *Options) { o.Limits = tt.limits })
			said := fmt.Sprint(err)
			if err == nil {
				said = fmt.Sprint(s.Problems())
			}
			if !strings.Contains(said, tt.want) {
				t.Errorf("want %q, got %q", tt.want, said)
			}
		})
	}
}

func TestNothing(t *testing.T) {
	for name, text := range map[string]string{"empty": "", "comment": "# nothing\n---\n", "broken": "}{"} {
		if _, err := tryText(t, name, text); !errors.Is(err, errNothing) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Open(context.Background(), []string{"/does/not/exist"}, Options{}); !errors.Is(err, errNothing) {
		t.Error(err)
	}
	if s, err := tryText(t, "list", "apiVersion: v1\nkind: List\nitems: []\n"); err != nil || cover(s, "Pod").State != model.Complete {
		t.Error(err)
	}
}
