//go:build unix

package scanner

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"canopy/model"
	"canopy/model/record"
)

// cached makes a fake whose one scan is in the cache, and gives the path of the entry.
func cached(t *testing.T) (f *fake, entry string) {
	t.Helper()
	f = newFake(t, "trivy", answer(t, versionJSON), answer(t, trivyJSON(target.Reference, digestB)))
	if p := scanOne(t, f.find(), &sink{}); p.Err != nil {
		t.Fatal(p.Err)
	}
	entries, err := filepath.Glob(filepath.Join(f.folder, "cache", "*"))
	if err != nil || len(entries) != 1 {
		t.Fatalf("%v, %v", entries, err)
	}
	return f, entries[0]
}

// anew is what a later run has: an empty store over the same cache.
func (f *fake) anew() *Store {
	f.options.Store = NewStore(filepath.Join(f.folder, "cache"), f.options.Clock)
	return f.options.Store
}

func load(t *testing.T, s *Store) []model.Record {
	t.Helper()
	records, err := s.LoadCache(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return records
}

func TestCache(t *testing.T) {
	f, entry := cached(t)
	for path, want := range map[string]os.FileMode{entry: 0o600, filepath.Dir(entry): 0o700} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	store := f.anew()
	records := load(t, store)
	if len(records) != 1 {
		t.Fatalf("%v", records)
	}
	scan := records[0].(*record.Scan)
	if scan.Counts.High != 1 || scan.Database != noon.Add(-6*time.Hour).Unix() || !scan.Listed || scan.Origin != "trivy "+target.Reference {
		t.Errorf("%+v", scan)
	}
	if lines, err := store.Vulnerabilities(t.Context(), scan.Ref()); err != nil || len(lines) != 1 || lines[0].Package != "libssl" {
		t.Errorf("%v, %v", lines, err)
	}
	got := &sink{}
	if p := scanOne(t, f.find(), got); !p.Cached || p.Err != nil {
		t.Errorf("%+v", p)
	}
	if again := got.only(t); !again.Same(scan) || again.Name != scan.Name {
		t.Errorf("%+v\n%+v", again, scan)
	}
	if n := strings.Count(f.asked(), "trivy image"); n != 1 {
		t.Errorf("%d scans", n)
	}
}

// TestCacheMisses holds what makes an entry useless.
func TestCacheMisses(t *testing.T) {
	data := func(change string) string { return strings.Replace(versionJSON, "2026-10-01T06", change, 1) }
	for name, spoil := range map[string]func(f *fake, entry string){
		"newer data": func(f *fake, _ string) { f.program("trivy", answer(f.t, data("2026-10-01T07")), again(f)) },
		"no data":    func(f *fake, _ string) { f.program("trivy", answer(f.t, `{"Version":"0.70.0"}`), again(f)) },
		"newer Trivy": func(f *fake, _ string) {
			f.program("trivy", answer(f.t, strings.Replace(versionJSON, "0.70.0", "0.71.0", 1)), again(f))
		},
		"too old":   func(f *fake, _ string) { f.options.Clock = model.FixedClock(noon.Add(24 * time.Hour)) },
		"truncated": func(f *fake, entry string) { rewrite(f.t, entry, func(b []byte) []byte { return b[:len(b)-5] }) },
		"empty":     func(f *fake, entry string) { rewrite(f.t, entry, func([]byte) []byte { return nil }) },
		"another list": func(f *fake, entry string) {
			rewrite(f.t, entry, func(b []byte) []byte { return []byte(strings.Replace(string(b), "libssl", "libsss", 1)) })
		},
		"other digest": func(f *fake, entry string) {
			rewrite(f.t, entry, func(b []byte) []byte {
				return []byte(strings.ReplaceAll(string(b), `"Digest":"`+digestB, `"Digest":"`+digestC))
			})
		},
		"garbage": func(f *fake, entry string) {
			rewrite(f.t, entry, func([]byte) []byte { return []byte("\x00{{{\n[]\n") })
		},
		"link": func(f *fake, entry string) {
			if err := os.Rename(entry, entry+".away"); err != nil {
				f.t.Fatal(err)
			}
			if err := os.Symlink("/dev/zero", entry); err != nil {
				f.t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			f, entry := cached(t)
			f.t = t
			spoil(f, entry)
			f.anew()
			got := &sink{}
			if p := scanOne(t, f.find(), got); p.Cached || p.Err != nil {
				t.Errorf("%+v", p)
			}
			if got.only(t).Counts.High != 1 || strings.Count(f.asked(), "trivy image") != 2 {
				t.Errorf("asked %s", f.asked())
			}
			// A damaged entry is replaced, and no second one stays beside it.
			store := f.anew()
			if records := load(t, store); name != "no data" && len(records) != 1 {
				t.Errorf("%v", records)
			}
			if p := scanOne(t, f.find(), got); p.Cached != (name != "no data" && name != "too old") {
				t.Errorf("once more: %+v", p)
			}
		})
	}
}

func again(f *fake) string { return answer(f.t, trivyJSON(target.Reference, digestB)) }

func rewrite(t *testing.T, path string, change func([]byte) []byte) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, change(data), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestLoadCacheDamaged(t *testing.T) {
	f, entry := cached(t)
	folder := filepath.Dir(entry)
	for name, text := range map[string]string{"a.json": "{}", "b.json": "", "note.txt": "x", unfinished + "1": "half"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if records := load(t, f.anew()); len(records) != 1 {
		t.Errorf("%v", records)
	}
	f.options.Clock = model.FixedClock(time.Now().Add(keepFor + time.Hour))
	if records := load(t, f.anew()); len(records) != 0 {
		t.Errorf("%v", records)
	}
	left, err := os.ReadDir(folder)
	if err != nil || len(left) != 1 || left[0].Name() != "note.txt" {
		t.Errorf("%v, %v: old entries stay, or what is none went", left, err)
	}
	if records := load(t, NewStore(filepath.Join(folder, "missing"), f.options.Clock)); len(records) != 0 {
		t.Errorf("%v", records)
	}
}

// TestNoCache holds that lines are known where nothing can be kept on disk.
func TestNoCache(t *testing.T) {
	f := newFake(t, "trivy", answer(t, versionJSON), again(&fake{t: t}))
	f.options.Store = NewStore(filepath.Join(f.folder, "trivy", "no-folder"), f.options.Clock)
	got := &sink{}
	scanOne(t, f.find(), got)
	if lines, err := f.options.Store.Vulnerabilities(t.Context(), got.only(t).Ref()); err != nil || len(lines) != 1 {
		t.Errorf("%v, %v", lines, err)
	}
}

func TestCacheFolder(t *testing.T) {
	if dir, err := CacheFolder(func(string) string { return "/c" }); err != nil || dir != "/c/canopy/scans" {
		t.Errorf("%s, %v", dir, err)
	}
	if dir, err := CacheFolder(func(string) string { return "relative" }); err == nil && (!filepath.IsAbs(dir) || strings.Contains(dir, "relative")) {
		t.Errorf("%s", dir)
	}
}
