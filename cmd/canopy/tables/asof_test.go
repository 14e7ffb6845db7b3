package tables

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"canopy/analysis/lifecycle"
)

// wholeFeed are documents of cve-feed-osv with every vulnerability that is bundled, whoever tells of it.
func wholeFeed(t testing.TB) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for _, table := range lifecycle.Default().Export().Tables {
		for _, v := range table.Vulnerabilities {
			all[v.ID+".json"] = fmt.Appendf(nil, `{"id":%q,"modified":"2024-11-01T00:00:00Z","affected":[{"package":{"ecosystem":"kubernetes","name":"k8s.io/kubelet"},"ranges":[{"type":"SEMVER","events":[{"introduced":"1.1.0"},{"fixed":"1.1.1"}]}]}]}`, v.ID)
		}
	}
	return all
}

// through is the day up to which the file of the user tells of vulnerabilities.
func through(t testing.TB, path string) string {
	t.Helper()
	tables, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return tables.VulnerabilitiesThrough().String()
}

// TestDayOfAFeed takes a feed that has nothing new as of the day on which it was got, by files, archive, server and flag.
func TestDayOfAFeed(t *testing.T) {
	feed, folder := wholeFeed(t), t.TempDir()
	written := time.Date(2027, 2, 20, 8, 0, 0, 0, time.UTC)
	var ball bytes.Buffer
	w := tar.NewWriter(&ball)
	for name, data := range feed {
		if err := os.Chtimes(put(t, folder, "feed/"+name, data), written, written); err != nil {
			t.Fatal(err)
		}
		if err := w.WriteHeader(&tar.Header{Name: "x/" + name, Mode: 0o644, Size: int64(len(data)), ModTime: written}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	plain := filepath.Join(folder, "feed")
	for name, c := range map[string]struct {
		from string
		asOf string
		want string
	}{
		"folder":          {plain, "", "2027-02-20"},
		"tar":             {put(t, folder, "f.tar", ball.Bytes()), "", "2027-02-20"},
		"tar.gz":          {put(t, folder, "f.tgz", squeezed(t, ball.Bytes())), "", "2027-02-20"},
		"folder, by flag": {plain, "2027-02-28", "2027-02-28"},
	} {
		path := filepath.Join(t.TempDir(), "tables.json")
		o := Options{Now: today()}
		if c.asOf != "" {
			o.AsOf = day(t, c.asOf)
		}
		r, err := Update(t.Context(), path, c.from, o)
		if err != nil || len(r.Changes) != 1 || r.Changes[0].To.String() != c.want || through(t, path) != c.want || len(r.Remarks) > 0 {
			t.Errorf("%s: %v %+v, through %s", name, err, r, through(t, path))
		}
		// Once more it has nothing that is newer; a day later it has.
		if _, err := Update(t.Context(), path, c.from, o); !errors.Is(err, lifecycle.ErrOlder) {
			t.Errorf("%s, again: %v", name, err)
		}
		o.AsOf = day(t, "2027-03-01")
		if _, err := Update(t.Context(), path, c.from, o); err != nil || through(t, path) != "2027-03-01" {
			t.Errorf("%s, later: %v, through %s", name, err, through(t, path))
		}
	}
	path := filepath.Join(t.TempDir(), "tables.json")
	if _, err := Update(t.Context(), path, plain, Options{Now: today(), AsOf: day(t, "2027-03-02")}); err == nil || !strings.Contains(err.Error(), "2027-03-02 is to come") {
		t.Errorf("a day that is to come: %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("it was written")
	}
	// One file of it is some of it, whatever the day.
	late := []byte(`{"id":"CVE-2027-1","modified":"2027-02-01T00:00:00Z","affected":[{"package":{"ecosystem":"kubernetes","name":"k8s.io/kubelet"},"ranges":[{"type":"SEMVER","events":[{"introduced":"1.37.0"}]}]}]}`)
	r, err := Update(t.Context(), path, put(t, folder, "one.json", late), Options{Now: today(), AsOf: day(t, "2027-03-01")})
	if err != nil || len(r.Remarks) != 1 || len(r.Changes) != 1 || through(t, path) != "2026-09-28" {
		t.Errorf("%v %+v", err, r)
	}
}

// TestHiddenMembers passes over what a folder passes over too.
func TestHiddenMembers(t *testing.T) {
	members := []member{{name: "k-main/january.json", data: january(t)}, {name: "k-main/.github/workflows/ci.yaml", data: []byte("on: push")}, {name: "k-main/.x.json", data: []byte("{}")}}
	for name, data := range map[string][]byte{"a.tar": tarball(t, members...), "a.tgz": squeezed(t, tarball(t, members...)), "a.zip": zipball(t, members...)} {
		path := filepath.Join(t.TempDir(), "tables.json")
		if r, err := Update(t.Context(), path, put(t, t.TempDir(), name, data), Options{Now: today()}); err != nil || lines(t, path) != "1.98" || len(r.Passed) != 2 {
			t.Errorf("%s: %v %+v", name, err, r)
		}
	}
}
