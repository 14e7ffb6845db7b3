package lifecycle

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// feed is all that is bundled of cve-feed-osv, with some more, as documents that were last written at a time.
func feed(t *testing.T, written time.Time, more ...string) []Document {
	t.Helper()
	var all []Document
	seen := map[string]bool{}
	add := func(id, published string) {
		if !seen[id] {
			all = append(all, Document{Name: id, Modified: written, Data: fmt.Appendf(nil,
				`{"id":%q,"modified":"%sT00:00:00Z","published":"%sT00:00:00Z","affected":[{"package":{"ecosystem":"kubernetes","name":"k8s.io/kubelet"},"ranges":[{"type":"SEMVER","events":[{"introduced":"1.1.0"},{"fixed":"1.1.1"}]}]}]}`,
				id, published, published)})
		}
		seen[id] = true
	}
	for s, h := range Default().held {
		if s.kind == Vulnerabilities && s.source == "cve-feed-osv" {
			for _, v := range h.table.Vulnerabilities {
				add(v.ID, "2024-11-01")
			}
		}
	}
	for _, id := range more {
		add(id, "2024-11-01")
	}
	return all
}

// others are all that other sources know besides.
func others() []string {
	var ids []string
	for s, h := range Default().held {
		if s.kind == Vulnerabilities && s.source != "cve-feed-osv" {
			for _, v := range h.table.Vulnerabilities {
				ids = append(ids, v.ID)
			}
		}
	}
	return ids
}

// TestDate makes a feed that was fetched whole as new as the day on which that was, and no other.
func TestDate(t *testing.T) {
	day := func(text string) Day {
		d, err := ParseDay(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	at := func(text string) time.Time { return day(text).Time().Add(9 * time.Hour) }
	whole := feed(t, at("2026-12-01"), others()...)
	oldest := feed(t, at("2026-12-01"), others()...)
	oldest[7].Modified = at("2026-11-29")
	undated := feed(t, at("2026-12-01"), others()...)
	undated[3].Modified = time.Time{}
	for name, c := range map[string]struct {
		documents    []Document
		today        string
		to, through  string
		says         string
		older, twice bool
	}{
		"whole":                      {whole, "2026-12-01", "2026-12-01", "2026-12-01", "", false, false},
		"the oldest file tells":      {oldest, "2026-12-01", "2026-11-29", "2026-11-29", "", false, false},
		"one tells no day":           {undated, "2026-12-01", "", "2026-09-28", "", true, false},
		"a day that is to come":      {whole, "2026-11-30", "", "2026-09-28", "", true, false},
		"an entry of others is late": {feed(t, at("2026-12-01")), "2026-12-01", "2024-11-19", "2026-09-28", "CVE-2024-10220 of 2024-11-20, which k8s-cves has, is not in it", false, false},
		"some":                       {whole[:20], "2026-12-01", "", "2026-09-28", "some of those that are known", true, false},
	} {
		u, err := ReadAll(c.documents)
		if err != nil {
			t.Fatal(err)
		}
		dated, remarks := Default().Date(u, day(c.today))
		if got := strings.Join(remarks, "\n"); !strings.Contains(got, c.says) || (c.says == "") != (got == "") {
			t.Errorf("%s: %s", name, got)
		}
		next, err := Default().With(dated)
		if c.older {
			if err == nil {
				t.Errorf("%s: it was taken", name)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := dated.Tables[0].Source.AsOf.String(); got != c.to || next.VulnerabilitiesThrough().String() != c.through {
			t.Errorf("%s: as of %s, through %s", name, got, next.VulnerabilitiesThrough())
		}
		// A file of it says so too, and the same rows on a later day are newer.
		file, err := Encode(dated)
		if err != nil {
			t.Fatal(err)
		}
		kept, err := Decode(file)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := Default().With(kept); err != nil || again.VulnerabilitiesThrough() != next.VulnerabilitiesThrough() {
			t.Errorf("%s: %v", name, err)
		}
	}
	first, _ := Default().Date(mustRead(t, whole), day("2026-12-01"))
	tables, err := Default().With(first)
	if err != nil {
		t.Fatal(err)
	}
	later, _ := tables.Date(mustRead(t, feed(t, at("2026-12-24"), others()...)), day("2026-12-24"))
	if tables, err = tables.With(later); err != nil || tables.VulnerabilitiesThrough().String() != "2026-12-24" {
		t.Errorf("the same rows, a later day: %v, through %s", err, tables.VulnerabilitiesThrough())
	}
	if back, _ := tables.Date(mustRead(t, whole), day("2026-12-24")); back != nil {
		if _, err := tables.With(back); err == nil {
			t.Error("an older one was taken")
		}
	}
}

func mustRead(t *testing.T, documents []Document) *Update {
	t.Helper()
	u, err := ReadAll(documents)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// TestUnreadRanges refuses what tells its versions in no form that is read: it is neither affected nor taken back.
func TestUnreadRanges(t *testing.T) {
	document := func(affected, more string) []byte {
		return []byte(`{"id":"CVE-2026-9","modified":"2026-11-02T00:00:00Z"` + more + `,"affected":[{"package":{"ecosystem":"kubernetes","name":"k8s.io/kubelet"}` + affected + `}]}`)
	}
	for text, says := range map[string]string{
		`,"ranges":[{"type":"GIT","events":[{"introduced":"0"},{"fixed":"abc"}]}]`: `its ranges are of type "GIT"`,
		`,"ranges":[{"type":"SEMVER","events":[{"fixed":"1.31.5"}]}]`:              "begins nowhere",
		`,"ranges":[]`: "in no form that is read here",
		``:             "in no form that is read here",
	} {
		if _, err := ReadAny("x", document(text, "")); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", text, err)
		}
		if _, err := ReadAny("x", document(`,"versions":["1.31.4"]`, "")); err != nil {
			t.Error(err)
		}
	}
	if _, err := ReadAny("x", document(`,"ranges":[]`, `,"withdrawn":"2026-11-03T00:00:00Z"`)); err != nil {
		t.Errorf("one that was taken back: %v", err)
	}
	u, err := ReadAny("x", document(`,"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"limit":"1.37.9"}]}]`, ""))
	if err != nil {
		t.Fatal(err)
	}
	if r := u.Tables[0].Vulnerabilities[0].Ranges; len(r) != 1 || r[0] != (Range{Before: "1.37.9"}) {
		t.Errorf("%+v", r)
	}
}
