package images

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"canopy/analysis/image"
	"canopy/ui/view"
	"canopy/ui/view/sheet"
)

// coverage sums up which images were scanned, and by what that is known.
type coverage struct {
	images   int
	verdicts map[image.Verdict]int
	// exposed counts those that can be reached from outside and were not scanned.
	exposed int
	// sources counts the images that each source tells of.
	sources map[string]int
	// newest is when the last scan was, data the date of its newest data, in seconds since 1970.
	newest, data int64
	disagree     int
	// captured tells that what is looked at is a file.
	captured bool
}

func newCoverage(s *view.Snapshot, rows []*item) coverage {
	c := coverage{images: len(rows), verdicts: map[image.Verdict]int{}, sources: map[string]int{}, captured: s.Report.Source.Type == "capture"}
	for _, r := range rows {
		c.verdicts[r.of.Verdict]++
		if r.of.Verdict != image.Scanned && r.exposed > 0 {
			c.exposed++
		}
		if r.of.Disagreement != "" {
			c.disagree++
		}
		seen := ""
		for i := range r.of.Evidence {
			e := &r.of.Evidence[i]
			c.newest, c.data = max(c.newest, e.Scanned), max(c.data, e.Database)
			if e.Source != seen && !slices.ContainsFunc(r.of.Evidence[:i], func(o image.Evidence) bool { return o.Source == e.Source }) {
				c.sources[e.Source]++
			}
			seen = e.Source
		}
	}
	return c
}

// said is the coverage in words: in one line how much, then what must not be overlooked, then by what.
func (c *coverage) said(s *view.Shared) []sheet.Remark {
	line := fmt.Sprintf("%d%% scanned: %d of %s", 100*c.verdicts[image.Scanned]/max(1, c.images), c.verdicts[image.Scanned], view.Count(c.images, "image"))
	for _, v := range []image.Verdict{image.Stale, image.OtherDigest, image.Failed, image.NoEvidence} {
		if n := c.verdicts[v]; n > 0 {
			line += fmt.Sprintf(" %s %d %s", s.Glyphs.Dot, n, strings.ReplaceAll(string(v), "-", " "))
		}
	}
	list := []sheet.Remark{{Text: line}}
	if c.exposed > 0 {
		list = append(list, sheet.Remark{Text: view.Count(c.exposed, "image") + " that can be reached from outside not scanned", Bad: true})
	}
	return append(list, c.by(s))
}

// by says what the verdicts rest on.
func (c *coverage) by(s *view.Shared) sheet.Remark {
	if len(c.sources) == 0 {
		text := "no evidence of any scanner: no report is in the cluster, and none was given with --reports"
		if key := s.Keys.Show("scan"); key != "" && !c.captured {
			text += "; " + key + " scans now"
		}
		return sheet.Remark{Text: text, Bad: true}
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(c.sources)) {
		parts = append(parts, fmt.Sprintf("%s %d", name, c.sources[name]))
	}
	text := "evidence: " + strings.Join(parts, ", ")
	if at := s.Moment(c.newest); at != "" {
		text += " " + s.Glyphs.Dot + " newest scan " + at
	}
	if at := s.Moment(c.data); at != "" {
		text += " " + s.Glyphs.Dot + " data of " + at[:len("2006-01-02")]
	}
	if c.disagree > 0 {
		text += " " + s.Glyphs.Dot + fmt.Sprintf(" sources disagree on %d", c.disagree)
	}
	return sheet.Remark{Text: text}
}
