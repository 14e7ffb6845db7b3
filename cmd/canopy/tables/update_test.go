package tables

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"canopy/analysis/lifecycle"
)

// TestUpdateTakesWhatIsNewer holds that an update adds, says what it did, keeps what was there, and can be loaded.
func TestUpdateTakesWhatIsNewer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "canopy", "tables.json")
	if tables, err := Load(path); err != nil || tables != lifecycle.Default() {
		t.Fatalf("no file, and %v", err)
	}
	from := put(t, t.TempDir(), "a", january(t))
	first, err := Update(t.Context(), path, from, Options{Now: today()})
	if err != nil || first.Previous != "" || first.Path != path || len(first.Changes) != 1 {
		t.Fatalf("%v %+v", err, first)
	}
	if c := first.Changes[0]; c.Name != "support kubernetes" || c.Source.Name != "the test" || c.From != 0 || c.To.String() != "2027-01-01" || c.Before != 0 || c.Entries != 1 {
		t.Errorf("%+v", c)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("%v %v", err, info.Mode())
	}
	was, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	second, err := Update(t.Context(), path, "-", Options{Now: today(), Stdin: bytes.NewReader(february(t))})
	if err != nil || second.Previous != Previous(path) || len(second.Changes) != 1 {
		t.Fatalf("%v %+v", err, second)
	}
	if c := second.Changes[0]; c.From.String() != "2027-01-01" || c.To.String() != "2027-02-01" || c.Before != 1 || c.Entries != 2 {
		t.Errorf("%+v", c)
	}
	if kept, err := os.ReadFile(second.Previous); err != nil || !bytes.Equal(kept, was) {
		t.Errorf("what was there is lost: %v", err)
	}
	if got := lines(t, path); got != "1.98 1.99" {
		t.Errorf("it holds %q", got)
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 3 {
		t.Errorf("left over: %v", entries)
	}
}

// TestFileWithoutADay takes a file that does not say as of when it is by when it was last written.
func TestFileWithoutADay(t *testing.T) {
	folder := t.TempDir()
	put(t, folder, "versions.yaml", []byte("deprecated-versions:\n  - {version: example.io/v1, kind: Thing, deprecated-in: v1.30.0, removed-in: v1.40.0, replacement-api: example.io/v2, component: k8s}\n"))
	at := filepath.Join(folder, "versions.yaml")
	written := time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)
	if err := os.Chtimes(at, written, written); err != nil {
		t.Fatal(err)
	}
	for _, from := range []string{at, folder} {
		path := filepath.Join(t.TempDir(), "tables.json")
		result, err := Update(t.Context(), path, from, Options{Now: today()})
		if err != nil || len(result.Changes) != 1 || result.Changes[0].To.String() != "2026-11-01" {
			t.Fatalf("%s: %+v %v", from, result, err)
		}
		tables, err := Load(path)
		if err != nil {
			t.Fatal(err)
		}
		if d, ok := tables.Deprecated("example.io", "v1", "Thing"); !ok || d.Replacement != "example.io/v2" {
			t.Errorf("%s: %+v", from, d)
		}
	}
	if _, err := Update(t.Context(), filepath.Join(folder, "tables.json"), "-", Options{Now: today(), Stdin: strings.NewReader("deprecated-versions:\n  - {version: v1, kind: A, deprecated-in: v1.2.0}\n")}); err == nil {
		t.Error("a file without a day, and without a time, was taken")
	}
}

// TestForms reads the same data in all that may hold it.
func TestForms(t *testing.T) {
	folder := t.TempDir()
	put(t, folder, "many/a/january.json", january(t))
	put(t, folder, "many/february.json", february(t))
	put(t, folder, "many/README.md", []byte("# data"))
	put(t, folder, "many/.git/config.json", []byte("{}"))
	if err := os.Symlink("february.json", filepath.Join(folder, "many", "latest.json")); err != nil {
		t.Fatal(err)
	}
	members := []member{{name: "x/"}, {name: "x/january.json", data: january(t)}, {name: "x/y/february.json", data: february(t)}, {name: "x/README.md", data: []byte("#")}, {name: "x/latest.json", link: "y/february.json", kind: '2'}}
	members[0].kind = '5'
	ball := tarball(t, members...)
	for name, from := range map[string]string{
		"folder": filepath.Join(folder, "many"),
		"tar":    put(t, folder, "t.tar", ball),
		"tar.gz": put(t, folder, "t.tar.gz", squeezed(t, ball)),
		"zip":    put(t, folder, "z", zipball(t, members[1:]...)),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "tables.json")
			r, err := Update(t.Context(), path, from, Options{Now: today()})
			if err != nil {
				t.Fatal(err)
			}
			if got := lines(t, path); got != "1.98 1.99" || len(r.Passed) != 2 {
				t.Errorf("%q, passed over %q", got, r.Passed)
			}
		})
	}
	path := filepath.Join(t.TempDir(), "tables.json")
	if _, err := Update(t.Context(), path, put(t, folder, "one.json.gz", squeezed(t, january(t))), Options{}); err != nil || lines(t, path) != "1.98" {
		t.Errorf("packed alone: %v", err)
	}
}

// TestBothWaysAreOne holds that a file of two updates says what the two say one after the other.
func TestBothWaysAreOne(t *testing.T) {
	path := placed(t)
	if _, err := Update(t.Context(), path, put(t, t.TempDir(), "f", february(t)), Options{}); err != nil {
		t.Fatal(err)
	}
	got, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	want := lifecycle.Default()
	for _, u := range []*lifecycle.Update{support(t, "2027-01-01", "1.98", "2028-01-01"), support(t, "2027-02-01", "1.99", "2028-02-01")} {
		if want, err = want.With(u); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := encoded(t, got.Export()), encoded(t, want.Export()); !bytes.Equal(a, b) {
		t.Errorf("%d bytes, and %d", len(a), len(b))
	}
}

// TestUnsoundFiles holds that a file that cannot be read is told, changes nothing, is kept, and can be replaced.
func TestUnsoundFiles(t *testing.T) {
	path := placed(t)
	if _, err := Update(t.Context(), path, put(t, t.TempDir(), "f", february(t)), Options{}); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, broken := range [][]byte{nil, []byte("{"), whole[:len(whole)/2], bytes.Replace(whole, []byte("1.99"), []byte("1.97"), 1), []byte(`{"canopyData":2}`), bytes.Repeat([]byte(" "), lifecycle.MaxSize+1)} {
		if err := os.WriteFile(path, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		tables, problem := Load(path)
		if problem == nil || tables != lifecycle.Default() || !strings.Contains(problem.Error(), path) {
			t.Errorf("%.20q: %v", broken, problem)
		}
	}
	if err := os.WriteFile(path, whole[:len(whole)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Update(t.Context(), path, put(t, t.TempDir(), "f", february(t)), Options{})
	if err != nil || r.Unsound == nil || r.Previous != path+".unsound" {
		t.Fatalf("%v %+v", err, r)
	}
	if kept, err := os.ReadFile(r.Previous); err != nil || !bytes.Equal(kept, whole[:len(whole)/2]) {
		t.Errorf("what was there is lost: %v", err)
	}
	// January stood in the version before, and comes from there.
	if got := lines(t, path); got != "1.98 1.99" {
		t.Errorf("it holds %q", got)
	}
}

// TestUpdatesAtOneTime holds that each of many is taken whole or refused, and that the file is whole at every moment.
func TestUpdatesAtOneTime(t *testing.T) {
	path := placed(t)
	from := put(t, t.TempDir(), "f", february(t))
	var all sync.WaitGroup
	stop := make(chan struct{})
	all.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			if _, err := Load(path); err != nil {
				t.Error(err)
				return
			}
		}
	})
	var writers sync.WaitGroup
	for range 8 {
		writers.Go(func() {
			_, err := Update(t.Context(), path, from, Options{})
			if err != nil && !errors.Is(err, lifecycle.ErrOlder) && !strings.Contains(err.Error(), "another update holds it") {
				t.Error(err)
			}
		})
	}
	writers.Wait()
	close(stop)
	all.Wait()
	if got := lines(t, path); got != "1.98 1.99" {
		t.Errorf("it holds %q", got)
	}
}

func TestPath(t *testing.T) {
	for want, env := range map[string]map[string]string{
		"/d/canopy/tables.json":              {"XDG_DATA_HOME": "/d", "HOME": "/h"},
		"/h/.local/share/canopy/tables.json": {"XDG_DATA_HOME": "d", "HOME": "/h"},
		"":                                   {"HOME": "h"},
	} {
		got, err := Path(func(name string) string { return env[name] })
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q %v, want %q", got, err, want)
		}
	}
}
