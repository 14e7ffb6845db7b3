package tables

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"canopy/analysis/lifecycle"
)

// today is when the tests play: after all tables that are part of the program.
func today() time.Time { return time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC) }

func day(t testing.TB, text string) lifecycle.Day {
	t.Helper()
	d, err := lifecycle.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// support is what a source of this test says of a line of Kubernetes, as of a day.
func support(t testing.TB, asOf, line, end string) *lifecycle.Update {
	t.Helper()
	return &lifecycle.Update{Tables: []lifecycle.Table{{
		Kind: lifecycle.Support, Product: lifecycle.Kubernetes, Source: lifecycle.Source{Name: "the test", URL: "https://example.test/data", AsOf: day(t, asOf)},
		Cycles: []lifecycle.Cycle{{Name: line, End: day(t, end)}},
	}}}
}

// encoded is an update as a file of our own form.
func encoded(t testing.TB, u *lifecycle.Update) []byte {
	t.Helper()
	text, err := lifecycle.Encode(u)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// february and april are newer than what is part of the program, one after the other.
func february(t testing.TB) []byte { return encoded(t, support(t, "2027-02-01", "1.99", "2028-02-01")) }

func january(t testing.TB) []byte { return encoded(t, support(t, "2027-01-01", "1.98", "2028-01-01")) }

// put writes a file for the test, below its folder.
func put(t testing.TB, folder, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// placed gives a data file that holds January, and the folder it is in.
func placed(t testing.TB) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "canopy", "tables.json")
	if _, err := Update(t.Context(), path, put(t, t.TempDir(), "january.json", january(t)), Options{Now: today()}); err != nil {
		t.Fatal(err)
	}
	return path
}

// listing is all that is in a folder but the lock: names, modes, what they lead to and what they hold.
func listing(t testing.TB, folder string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || strings.HasSuffix(path, ".lock") {
			return err
		}
		b.WriteString(path + " " + entry.Type().String())
		if entry.Type().IsRegular() {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			b.WriteString(" " + string(data))
		}
		b.WriteString("\n")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// lines says what a data file holds of the lines that only this test knows.
func lines(t testing.TB, path string) string {
	t.Helper()
	tables, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, line := range []string{"1.98", "1.99"} {
		if len(tables.Cycles(lifecycle.Kubernetes, line)) > 0 {
			list = append(list, line)
		}
	}
	return strings.Join(list, " ")
}

// member is one of an archive.
type member struct {
	name, link string
	data       []byte
	kind       byte
}

func tarball(t testing.TB, members ...member) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, m := range members {
		h := &tar.Header{Name: m.name, Linkname: m.link, Typeflag: m.kind, Mode: 0o644, Size: int64(len(m.data))}
		if h.Typeflag == 0 {
			h.Typeflag = tar.TypeReg
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(m.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zipball(t testing.TB, members ...member) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, m := range members {
		h := &zip.FileHeader{Name: m.name, Method: zip.Deflate}
		h.SetMode(0o644)
		data := m.data
		if m.link != "" {
			h.SetMode(0o777 | fs.ModeSymlink)
			data = []byte(m.link)
		}
		one, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := one.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func squeezed(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
