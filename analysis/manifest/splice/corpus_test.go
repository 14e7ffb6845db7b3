package splice

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

var update = flag.Bool("update", false, "write what comes out as what is expected")

// example is a file of testdata: a line that says what it is about, a line of flags, then the sections input, want, and output or
// error.
type example struct {
	about, flags        string
	input, want, output []byte
	doc                 int
	err                 string
	crlf, bom, noeol    bool
}

func readExample(t *testing.T, path string) example {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(data), "-- input --\n")
	input, rest, more := strings.Cut(rest, "-- want --\n")
	if !ok || !more {
		t.Fatalf("%s: sections are missing", path)
	}
	c := example{input: []byte(input)}
	c.about, c.flags, _ = strings.Cut(strings.TrimSuffix(head, "\n"), "\n")
	want, output, _ := strings.Cut(rest, "-- output --\n")
	want, fault, _ := strings.Cut(want, "-- error --\n")
	c.want, c.output, c.err = []byte(want), []byte(output), strings.TrimSpace(fault)
	for _, f := range strings.Fields(c.flags) {
		switch f {
		case "crlf":
			c.crlf = true
		case "bom":
			c.bom = true
		case "noeol":
			c.noeol = true
		default:
			if c.doc, err = strconv.Atoi(f); err != nil {
				t.Fatalf("%s: flag %q", path, f)
			}
		}
	}
	return c
}

// dress gives a text the line ends, the mark and the end that the flags say, which an editor would lose.
func (c example) dress(text []byte) []byte {
	if c.noeol {
		text = bytes.TrimSuffix(text, []byte("\n"))
	}
	if c.crlf {
		text = bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
	}
	if c.bom {
		text = append([]byte(bom), text...)
	}
	return text
}

func (c example) undress(text []byte) []byte {
	text = bytes.TrimPrefix(text, []byte(bom))
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	if c.noeol {
		text = append(text, '\n')
	}
	return text
}

func TestCorpus(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(paths) < 40 {
		t.Fatalf("%d examples, %v", len(paths), err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			c := readExample(t, path)
			var want any
			if err := yaml.Unmarshal(c.want, &want); err != nil {
				t.Fatal(err)
			}
			src := c.dress(c.input)
			before := bytes.Clone(src)
			out, err := Rewrite(src, c.doc, want)
			if !bytes.Equal(before, src) {
				t.Fatal("the input was changed")
			}
			if *update {
				section := "-- output --\n" + string(c.undress(out))
				if err != nil {
					section = "-- error --\n" + err.Error() + "\n"
				}
				text := c.about + "\n" + c.flags + "\n-- input --\n" + string(c.input) + "-- want --\n" + string(c.want) + section
				if err := os.WriteFile(path, []byte(strings.Replace(text, c.about+"\n\n", c.about+"\n", 1)), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if c.err != "" {
				if err == nil || err.Error() != c.err || out != nil {
					t.Fatalf("%s: got %v and %q, want %s", c.about, err, out, c.err)
				}
				return
			}
			if err != nil {
				t.Fatalf("%s: %v", c.about, err)
			}
			if expected := c.dress(c.output); !bytes.Equal(out, expected) {
				t.Errorf("%s: got\n%s\nwant\n%s", c.about, out, expected)
			}
			check(t, out, c.doc, want)
			again, err := Rewrite(out, c.doc, want)
			if err != nil || !bytes.Equal(again, out) {
				t.Errorf("a second time it gives %v\n%s", err, again)
			}
		})
	}
}

// check reads a document with another library, the one that kubectl uses.
func check(t *testing.T, text []byte, doc int, want any) {
	t.Helper()
	f, err := Open(text)
	if err != nil {
		t.Fatal(err)
	}
	part, err := f.Text(doc)
	if err != nil {
		t.Fatal(err)
	}
	var got any
	if err := yaml.Unmarshal(bytes.TrimPrefix(part, []byte(bom)), &got); err != nil {
		// The library knows not all escapes of JSON.
		if err := json.Unmarshal(part, &got); err != nil {
			t.Fatalf("%v\n%s", err, part)
		}
	}
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var plain any
	if err := json.Unmarshal(data, &plain); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, plain) {
		t.Errorf("it reads as\n%v\nwant\n%v\n%s", got, plain, part)
	}
}
