//go:build unix

package tables

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"canopy/analysis/lifecycle"
)

// TestRefused goes through all that must not be taken: each says what is wrong and where, and the folder of the data file is, byte by
// byte, what it was.
func TestRefused(t *testing.T) {
	path := placed(t)
	folder := t.TempDir()
	write := func(name string, data []byte) string { return put(t, folder, name, data) }
	february := february(t)
	link := func(name, to string) string {
		at := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(to, at); err != nil {
			t.Fatal(err)
		}
		return at
	}
	pipe := filepath.Join(folder, "pipe.json")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	write("piped/january.json", january(t))
	if err := syscall.Mkfifo(filepath.Join(folder, "piped", "pipe.json"), 0o600); err != nil {
		t.Fatal(err)
	}
	write("outward/february.json", february)
	link("outward/passwd.json", "/etc/passwd")
	write("mixed/a-february.json", february)
	write("mixed/b-cut.json", february[:len(february)-9])
	if err := os.MkdirAll(filepath.Join(folder, "empty"), 0o700); err != nil {
		t.Fatal(err)
	}
	write("pages/README.md", []byte("# data"))
	padded := append(bytes.Clone(february), bytes.Repeat([]byte(" "), maxDocument)...)
	bomb := squeezed(t, bytes.Repeat([]byte("\n"), maxTotal+1))
	var many, large []member
	for i := range maxMembers + 1 {
		many = append(many, member{name: fmt.Sprint(i)})
	}
	for i := range 9 {
		large = append(large, member{name: fmt.Sprint(i, ".json"), data: bytes.Repeat([]byte(" "), maxDocument-1)})
	}
	for name, tc := range map[string]struct{ from, says string }{
		"none":              {"", "no source of data is named"},
		"not there":         {filepath.Join(folder, "nowhere.json"), "nowhere.json: no such file"},
		"older":             {write("older.json", encoded(t, support(t, "2026-12-31", "1.98", "2027-12-31"))), "older.json: support kubernetes of the test is as of 2026-12-31, and what is there as of 2027-01-01"},
		"the same":          {write("same.json", january(t)), "not newer than what is there"},
		"from the future":   {write("future.json", encoded(t, support(t, "2027-04-01", "1.99", "2028-01-01"))), "future.json: support kubernetes of the test is as of 2027-04-01, which is to come"},
		"truncated":         {write("cut.json", february[:len(february)/2]), "cut.json: is cut or is no JSON"},
		"changed":           {write("changed.json", bytes.Replace(february, []byte("1.99"), []byte("1.97"), 1)), "changed.json: was changed or damaged"},
		"truncated gzip":    {write("cut.json.gz", squeezed(t, february)[:60]), "cut.json.gz: it is cut off"},
		"truncated tar.gz":  {write("cut.tar.gz", cut(squeezed(t, tarball(t, member{name: "f.json", data: february})), 20)), "cut.tar.gz: it is cut off"},
		"truncated tar":     {write("cut.tar", tarball(t, member{name: "f.json", data: february})[:700]), "cut.tar: f.json: it is cut off"},
		"truncated zip":     {write("cut.zip", cut(zipball(t, member{name: "f.json", data: february}), 30)), "cut.zip: zip: not a valid zip file"},
		"wrong version":     {write("version.json", []byte(`{"canopyData":2,"sha256":"","payload":{}}`)), "version.json: is of version 2 of the format"},
		"wrong schema":      {write("other.json", []byte(`{"kind":"List","items":[]}`)), "other.json: is JSON of no kind that is known here"},
		"wrong YAML":        {write("other.yaml", []byte("kind: List\n")), "other.yaml: is YAML of no kind that is known here"},
		"bad field":         {write("field.json", []byte(`{"canopyData":1,"sha256":"","payload":{},"exec":"rm"}`)), `field.json: json: unknown field "exec"`},
		"a program":         {write("run.sh", []byte("#!/bin/sh\ntouch /tmp/x\n")), "run.sh: is"},
		"empty":             {write("empty.json", nil), "empty.json: is empty"},
		"empty folder":      {filepath.Join(folder, "empty"), "empty: it holds no tables: it is empty"},
		"empty archive":     {write("empty.tar", tarball(t)), "empty.tar: is no JSON and no YAML"},
		"pages alone":       {filepath.Join(folder, "pages"), "none of its 1 files is JSON or YAML"},
		"one bad of two":    {filepath.Join(folder, "mixed"), "b-cut.json: is cut"},
		"symlinked":         {link("linked.json", "cut.json"), "linked.json: it is a symbolic link"},
		"symlinked folder":  {link("linked", "mixed"), "linked: it is a symbolic link"},
		"link out":          {filepath.Join(folder, "outward"), "outward: passwd.json: it is a symbolic link that leads out of the folder"},
		"pipe":              {pipe, "pipe.json: it is no regular file"},
		"pipe in folder":    {filepath.Join(folder, "piped"), "piped: pipe.json: it is no regular file"},
		"tar link out":      {write("link.tar", tarball(t, member{name: "a/f.json", data: february}, member{name: "a/l.json", link: "../../etc/passwd", kind: '2'})), "link.tar: a/l.json: it is a link that leads out of the archive"},
		"tar absolute link": {write("abs.tar", tarball(t, member{name: "l.json", link: "/etc/passwd", kind: '2'})), "abs.tar: l.json: it is a link that leads out"},
		"tar hard link out": {write("hard.tar", tarball(t, member{name: "l.json", link: "../x", kind: '1'})), "hard.tar: l.json: it is a link that leads out"},
		"tar name out":      {write("name.tar", tarball(t, member{name: "../f.json", data: february})), "name.tar: ../f.json: its name leads out"},
		"tar absolute name": {write("root.tar", tarball(t, member{name: "/f.json", data: february})), "root.tar: /f.json: its name leads out"},
		"tar device":        {write("device.tar", tarball(t, member{name: "f.json", kind: '3'})), "device.tar: f.json: it is no regular file"},
		"zip link out":      {write("link.zip", zipball(t, member{name: "a/l.json", link: "../../../x"})), "link.zip: a/l.json: it is a link that leads out"},
		"zip name out":      {write("name.zip", zipball(t, member{name: "../f.json", data: february})), "../f.json: its name leads out"},
		"large document":    {write("large.json", padded), "large.json: it is larger than 4 MiB"},
		"large member":      {write("large.tar.gz", squeezed(t, tarball(t, member{name: "l.json", data: padded}))), "large.tar.gz: l.json: it is larger than 4 MiB"},
		"large zip member":  {write("large.zip", zipball(t, member{name: "l.json", data: padded})), "large.zip: l.json: it is larger than 4 MiB"},
		"large together":    {write("together.zip", zipball(t, large...)), "8.json: all together is larger than 32 MiB"},
		"large tar":         {write("together.tar.gz", squeezed(t, tarball(t, large...))), "larger than 32 MiB"},
		"bomb":              {write("bomb.json.gz", bomb), "bomb.json.gz: it is larger than 4 MiB"},
		"bomb in passing":   {write("passing.tar.gz", squeezed(t, tarball(t, member{name: "film.bin", data: bytes.Repeat([]byte{0}, maxTotal+1)}))), "passing.tar.gz: unpacked it is larger than 32 MiB"},
		"twice":             {write("twice.gz", squeezed(t, squeezed(t, february))), "twice.gz: it is compressed twice"},
		"many in a tar":     {write("many.tar.gz", squeezed(t, tarball(t, many...))), "many.tar.gz: it holds more than 10000 files"},
		"many in a zip":     {write("many.zip", zipball(t, many...)), "many.zip: it holds more than 10000 files"},
	} {
		t.Run(name, func(t *testing.T) {
			before := listing(t, filepath.Dir(path))
			_, err := Update(t.Context(), path, tc.from, Options{Now: today()})
			if err == nil || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("%v, want %q", err, tc.says)
			}
			if after := listing(t, filepath.Dir(path)); after != before {
				t.Errorf("it was\n%s\nand is\n%s", before, after)
			}
		})
	}
	if got := lines(t, path); got != "1.98" {
		t.Errorf("it holds %q", got)
	}
}

func cut(data []byte, end int) []byte { return data[:len(data)-end] }

// TestEveryCutIsRefused cuts a good file at every byte.
func TestEveryCutIsRefused(t *testing.T) {
	path := placed(t)
	before := listing(t, filepath.Dir(path))
	whole := bytes.TrimRight(february(t), "\n")
	for _, packed := range [][]byte{whole, squeezed(t, whole)} {
		for n := range packed {
			if _, err := Update(t.Context(), path, "-", Options{Now: today(), Stdin: bytes.NewReader(packed[:n])}); err == nil {
				t.Fatalf("%d bytes of %d were taken", n, len(packed))
			}
		}
	}
	if after := listing(t, filepath.Dir(path)); after != before {
		t.Errorf("it was\n%s\nand is\n%s", before, after)
	}
}

// TestPlacesThatAreTaken holds that nothing is written through a link, or over what is no file.
func TestPlacesThatAreTaken(t *testing.T) {
	from := put(t, t.TempDir(), "f", february(t))
	for name, tc := range map[string]struct {
		spoil func(folder, path string) error
		says  string
	}{
		"link":        {func(folder, path string) error { return os.Symlink(filepath.Join(folder, "victim"), path) }, "tables.json: it is a symbolic link"},
		"loose link":  {func(folder, path string) error { return os.Symlink(filepath.Join(folder, "gone"), path) }, "tables.json: it is a symbolic link"},
		"folder":      {func(_, path string) error { return os.Mkdir(path, 0o700) }, "tables.json: it is no regular file"},
		"pipe":        {func(_, path string) error { return syscall.Mkfifo(path, 0o600) }, "tables.json: it is no regular file"},
		"linked lock": {func(folder, path string) error { return os.Symlink(filepath.Join(folder, "victim"), path+".lock") }, "tables.json.lock: it is a symbolic link"},
		"previous taken": {func(folder, path string) error {
			return os.Symlink(filepath.Join(folder, "victim"), Previous(path))
		}, "tables.json.previous: it is no regular file"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			path := filepath.Join(folder, "tables.json")
			put(t, folder, "victim", january(t))
			if strings.HasPrefix(name, "previous") {
				put(t, folder, "tables.json", january(t))
			}
			if err := tc.spoil(folder, path); err != nil {
				t.Fatal(err)
			}
			before := listing(t, folder)
			if _, err := Update(t.Context(), path, from, Options{}); err == nil || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("%v, want %q", err, tc.says)
			}
			if after := listing(t, folder); after != before {
				t.Errorf("it was\n%s\nand is\n%s", before, after)
			}
			if tables, problem := Load(path); strings.HasPrefix(tc.says, "tables.json:") && (problem == nil || tables != lifecycle.Default()) {
				t.Errorf("it was read: %v", problem)
			}
		})
	}
}

// TestStopped holds that whoever waits no longer changes nothing.
func TestStopped(t *testing.T) {
	path := placed(t)
	before := listing(t, filepath.Dir(path))
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for name, from := range map[string]string{"file": put(t, t.TempDir(), "f.json", february(t)), "tar": put(t, t.TempDir(), "t", tarball(t, member{name: "f.json", data: february(t)}))} {
		if _, err := Update(ctx, path, from, Options{}); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if after := listing(t, filepath.Dir(path)); after != before {
		t.Error("something was written")
	}
}
