package remedy

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// SampleLines gives the lines of a sample, each of them clean.
func SampleLines(sample string) (lines []string) {
	if sample == "" {
		return nil
	}
	for line := range strings.SplitSeq(strings.TrimRight(sample, "\n"), "\n") {
		lines = append(lines, clean(line))
	}
	return lines
}

// comment writes a text as a line of a comment.
func comment(b *bytes.Buffer, lead, text string) {
	text = clean(text)
	if utf8.RuneCountInString(text) > longest {
		text = string([]rune(text)[:longest-1]) + "…"
	}
	b.WriteString(strings.TrimRight("# "+lead+text, " ") + "\n")
}

// commentSample writes a sample in comments, line by line and whole, so that it can be copied.
func commentSample(b *bytes.Buffer, sample string) {
	for _, line := range SampleLines(sample) {
		b.WriteString(strings.TrimRight("#     "+line, " ") + "\n")
	}
}

// serves tells that a cluster has an optional kind: its definition was seen, or an object of it. That a kind was read to its end tells
// nothing, since of one that is not served there is none.
func serves(c *cluster.Cluster, group, kind string) bool {
	for _, k := range model.OptionalKinds() {
		if k.Group != group || k.Kind != kind {
			continue
		}
		if _, ok := c.Get(model.KindByName("CustomResourceDefinition").Ref("", k.Resource+"."+k.Group)).(*record.Custom); ok {
			return true
		}
		return c.Len(k.GroupKind()) > 0
	}
	return false
}
