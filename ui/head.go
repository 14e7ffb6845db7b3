package ui

import (
	"fmt"
	"strconv"

	"github.com/charmbracelet/x/ansi"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/ui/text"
)

// longestName bounds the name of a context on the top line: those of some providers are a whole path.
const longestName = 48

// tail cuts a long name at its beginning, since names of contexts and paths tell apart by their end.
func (r *root) tail(name string) string {
	name = r.glyphs.Charset.Clean(name)
	if over := text.Width(name) - min(longestName, r.width/3); over > 0 {
		return ansi.TruncateLeft(name, over+1, r.glyphs.Charset.Ellipsis())
	}
	return name
}

// top is the first line: where am I, and is it alive.
func (r *root) top() string {
	name, server, counts := r.context, "", ""
	if rep := r.shown.report; rep != nil {
		if rep.Source.Name != "" {
			name = rep.Source.Name
		}
		server = rep.Source.Server
		dot := " " + r.glyphs.Dot + " "
		counts = r.objects("Namespace", "ns") + dot + r.objects("Pod", "pods") + dot + r.objects("Node", "nodes")
	}
	only := ""
	if len(r.namespaces) > 0 {
		only = "only " + few(r.shownNamespaces(), 2)
	}
	return r.bar(
		part{text: "canopy", style: r.theme.Title, rank: 4},
		part{text: r.tail(name), style: r.theme.Title, rank: 1},
		part{text: server, rank: 3},
		part{text: r.glyphs.Charset.Cut(only, r.width/3), style: r.theme.Title},
		part{text: counts, rank: 2},
		r.pulse(),
	)
}

// objects counts a kind: with a plus while there may be more, with a question mark where nobody knows.
func (r *root) objects(kind, unit string) string {
	n := r.shown.report.Objects[kind]
	state, ok := r.shown.cover.kinds[schema.GroupKind{Kind: kind}]
	switch {
	case ok && state == model.Complete:
		return strconv.Itoa(n) + " " + unit
	case n > 0:
		return strconv.Itoa(n) + "+ " + unit
	}
	return "? " + unit
}

// pulse says whether what is shown is true now.
func (r *root) pulse() part {
	p := part{right: true}
	rep, c := r.shown.report, &r.shown.cover
	switch {
	case r.unreached():
		p.style, p.text = r.theme.Alarm, "cannot reach the server "+r.glyphs.Stale
	case rep == nil, c.total() == 0, rep.Source.Type == "":
		p.text = "connecting"
	case c.stale:
		p.style = r.theme.Alarm
		p.text = "stale " + r.glyphs.Stale
		if c.staleSince != 0 {
			p.text = "stale since " + moment(c.staleSince, r.location) + " " + r.glyphs.Stale
		}
	case !c.settled():
		p.text = fmt.Sprintf("loading %d/%d kinds", c.total()-c.by[model.Loading], c.total())
	case rep.Source.Type == "capture":
		p.text = "capture"
	default:
		p.style = r.theme.Good
		p.text = rep.Source.Type + " " + r.glyphs.Live
	}
	return p
}

// scores is the second line: how many findings hold, by severity.
func (r *root) scores() string {
	var parts []part
	for _, s := range model.Severities() {
		p := part{text: s.Letter() + " " + strconv.Itoa(r.shown.score.holds[s])}
		if r.shown.report == nil {
			p.text = s.Letter() + " ?"
		}
		if r.shown.score.holds[s] > 0 {
			p.style = r.theme.Severity(s)
		}
		parts = append(parts, p)
	}
	// A zero says nothing while something is unseen.
	switch c := &r.shown.cover; {
	case r.shown.report == nil:
	case !c.settled():
		parts = append(parts, part{text: "so far", rank: 1, style: r.theme.Alarm})
	case c.seen() < c.total():
		parts = append(parts, part{text: "of what could be seen", rank: 1, style: r.theme.Faint})
	}
	if n := r.shown.score.undecided; n > 0 {
		parts = append(parts, part{text: fmt.Sprintf("undecided: %d", n), rank: 2, style: r.theme.Faint})
	}
	return r.bar(parts...)
}
