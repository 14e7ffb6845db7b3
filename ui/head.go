package ui

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/text"
	"canopy/ui/view"
)

// longestName bounds the name of a context on the top line: those of some providers are a whole path.
const longestName = 48

// tail cuts a long name at its beginning, since names of contexts and paths tell apart by their end.
func (r *root) tail(name string) string {
	name = r.shared.Clean(name)
	if over := text.Width(name) - min(longestName, r.width/3); over > 0 {
		return ansi.TruncateLeft(name, over+1, r.shared.Glyphs.Charset.Ellipsis())
	}
	return name
}

// identity is the first line: where am I, and is it alive.
func (r *root) identity() (string, []view.Zone) {
	t, rep, cover := &r.shared.Theme, r.feed.shown.Report, r.feed.shown.Cover
	name, counts, coverage := r.shared.Session.Name(), "", ""
	if rep.Source.Name != "" {
		name = rep.Source.Name
	}
	if cover.Total() > 0 {
		dot := " " + r.shared.Glyphs.Dot + " "
		counts = r.objects("Namespace", "ns") + dot + r.objects("Pod", "pods") + dot + r.objects("Node", "nodes")
		switch {
		case !cover.Settled():
		case cover.Seen() == 0 && cover.By(model.Partial) > 0:
			coverage = "coverage partial"
		default:
			coverage = fmt.Sprintf("coverage %d%%", cover.Percent())
		}
	}
	only, secrets := "", r.secretsSeen()
	if names := r.feed.namespaces.Names(); len(names) > 0 {
		// The counts are those of all namespaces.
		only, counts = "only "+view.Few(names, 2), ""
	}
	pulse := r.pulse()
	pulse.Right = true
	return r.shared.Bar(r.width,
		view.Part{Text: "canopy", Style: t.Title, Rank: 5},
		view.Part{Text: r.tail(name), Style: t.Strong, Rank: 1, Action: keys.Context},
		view.Part{Text: rep.Source.Server, Style: t.Faint, Rank: 4},
		view.Part{Text: r.shared.Cut(only, r.width/3), Style: t.Notice, Action: keys.Namespace},
		view.Part{Text: counts, Style: t.Faint, Rank: 3},
		view.Part{Text: coverage, Style: t.Faint, Rank: 2, Right: true},
		view.Part{Text: secrets, Style: t.Faint, Rank: 5, Right: true},
		pulse,
	)
}

// secretsSeen says how Secrets are seen: without their values, unless the user has asked for facts about those.
func (r *root) secretsSeen() string {
	cover := r.feed.shown.Cover
	switch state := cover.State(schema.GroupKind{Kind: "Secret"}); {
	case state == model.Loading || state == "":
		return ""
	case state == model.Denied:
		return "secrets: denied"
	case r.feed.shown.Report.Objects["SecretFacts"] > 0:
		return "secrets: values inspected"
	}
	return "secrets: metadata only"
}

// objects counts a kind: with a plus while there may be more, with a question mark where nobody knows.
func (r *root) objects(kind, unit string) string {
	n := r.feed.shown.Report.Objects[kind]
	switch {
	case r.feed.shown.Cover.State(schema.GroupKind{Kind: kind}) == model.Complete:
		return strconv.Itoa(n) + " " + unit
	case n > 0:
		return strconv.Itoa(n) + "+ " + unit
	}
	return "? " + unit
}

// pulse says whether what is shown is true now.
func (r *root) pulse() view.Part {
	var p view.Part
	t, g := &r.shared.Theme, &r.shared.Glyphs
	rep, cover := r.feed.shown.Report, r.feed.shown.Cover
	switch {
	case r.feed.isHeld:
		p.Style, p.Action = t.Notice, keys.Pause
		p.Text = "paused at " + r.shared.Clock(r.feed.paused)
		if n := r.feed.waiting(); n > 0 {
			p.Text += " " + g.Dot + " " + view.Count(n, "newer change")
		}
		p.Text += " " + g.Paused
	case cover.Unreached(rep):
		p.Style, p.Text = t.Alarm, "cannot reach the server "+g.Stale
	case cover.Total() == 0, rep.Source.Type == "":
		p.Text = "connecting"
	case cover.Stale:
		p.Style, p.Text = t.Alarm, "stale "+g.Stale
		if cover.StaleSince != 0 {
			p.Text = "stale since " + r.shared.Moment(cover.StaleSince) + " " + g.Stale
		}
	case !cover.Settled():
		p.Text = fmt.Sprintf("loading %d/%d kinds", cover.Total()-cover.By(model.Loading), cover.Total())
	case rep.Source.Type == "capture":
		p.Text = "capture"
	default:
		p.Style, p.Text = t.Good, rep.Source.Type+" "+g.Live
	}
	return p
}

// tabs is the line of main screens: in full, in short where there is no room for that, and by keys alone but for the screen that is shown where
// there is no room for either. A label that is cut would say less than its key.
func (r *root) tabs() (string, []view.Zone) {
	t := &r.shared.Theme
	now := r.places[r.at][0].screen.Place().Screen
	var line string
	var zones []view.Zone
	for _, label := range []func(*keys.Binding) string{
		func(b *keys.Binding) string { return b.Label },
		short,
		func(b *keys.Binding) string {
			if string(b.Action) == now || b.Show() == "" {
				return short(b)
			}
			return ""
		},
	} {
		var parts, later []view.Part
		used := 1
		for i := range r.shared.Keys {
			b := &r.shared.Keys[i]
			if b.Scope != keys.Screens {
				continue
			}
			p := view.Part{Text: strings.TrimSpace(b.Show() + " " + label(b)), Style: t.Tab, Action: b.Action}
			if open := r.offer(b.Action).OK(); string(b.Action) != now && !open {
				p.Style, p.Rank = t.Off, 2+len(later)
				later = append(later, p)
				continue
			}
			if string(b.Action) == now {
				p.Style = t.TabActive
			}
			used += text.Width(p.Text) + 2
			parts = append(parts, p)
		}
		if len(later) > 0 {
			later[0].Text = r.shared.Glyphs.VRule + "  " + later[0].Text
		}
		line, zones = r.shared.Bar(r.width, append(parts, later...)...)
		if used <= r.width+1 {
			break
		}
	}
	return line, zones
}

// short is a label of a main screen that says the same in less room.
func short(b *keys.Binding) string {
	switch b.Action {
	case keys.Overview:
		return "home"
	case keys.Findings:
		return "found"
	case keys.Network:
		return "net"
	case keys.Resources:
		return "runs"
	}
	return b.Label
}

// crumbs is the line above the screen: the way here, on a rule, and what the screen says at its right end.
func (r *root) crumbs() string {
	t, g := &r.shared.Theme, &r.shared.Glyphs
	aside := r.shared.Cut(r.top().Aside(), r.width/2)
	room := r.width - 4
	if aside != "" {
		room -= text.Width(aside) + 4
	}
	crumbs := r.top().Crumbs()
	var b strings.Builder
	b.WriteString(t.Rule.Render(g.Rule) + " ")
	used := 0
	for i, c := range crumbs {
		style := t.Crumb
		if i == len(crumbs)-1 {
			style = t.CrumbLast
		}
		if i > 0 {
			b.WriteString(t.Faint.Render(" " + g.Crumb + " "))
			used += 3
		}
		// What comes after needs room as well; the last gets what is left.
		c = r.shared.Cut(c, max(1, (room-used)/(len(crumbs)-i)))
		b.WriteString(style.Render(c))
		used += text.Width(c)
	}
	b.WriteByte(' ')
	used += 3
	end := 0
	if aside != "" {
		end = text.Width(aside) + 3
	}
	b.WriteString(t.Rule.Render(strings.Repeat(g.Rule, max(0, r.width-used-end))))
	if aside != "" {
		b.WriteString(" " + t.Faint.Render(aside) + " " + t.Rule.Render(g.Rule))
	}
	return view.Pad(b.String(), r.width)
}
