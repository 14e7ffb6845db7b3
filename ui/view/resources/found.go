package resources

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/pod-security-admission/api"

	"canopy/model"
	"canopy/ui/view"
)

// posture says how well the item is locked in, and what stands against more.
func (w *writer) posture() {
	i := w.item
	if i.level == space {
		w.enforcement()
		return
	}
	text := i.posture.String()
	if text == "" {
		return
	}
	if t := i.template; t != nil && t.posture == i.posture && len(t.broken) > 0 {
		text += ": " + (t.posture + 1).String() + " refuses it for " + strings.Join(t.broken, ", ")
	} else if i.level == machine {
		text += ": the least strict of what runs here"
	}
	style := w.Ink.Good
	switch i.posture {
	case privileged:
		style = w.Ink.Severity(model.Critical)
	case baseline:
		style = w.Ink.Warn
	}
	w.Entry("posture", w.In(style, text))
	if i.weak {
		w.Entry("", w.In(w.Ink.Severity(model.Critical), "its namespace would not let it in again"))
	}
}

// enforcement says what a namespace asks of its pods, and what runs in it.
func (w *writer) enforcement() {
	n, ok := w.item.record.(*spaceRecord)
	if !ok {
		return
	}
	style := w.Ink.Text
	text := "enforces " + w.item.posture.String()
	switch w.item.posture {
	case none:
		style, text = w.Ink.Warn, "enforces no level: any pod is let in"
	case privileged:
		style, text = w.Ink.Warn, "enforces privileged: any pod is let in"
	case invalid:
		style, text = w.Ink.Warn, "the label is no level, so it is taken for restricted: "+n.Labels.Get(api.EnforceLevelLabel)
	default:
		if v := n.Labels.Get(api.EnforceVersionLabel); v != "" {
			text += " of " + v
		}
	}
	for _, l := range []struct{ word, label string }{{"warns of", api.WarnLevelLabel}, {"audits", api.AuditLevelLabel}} {
		if v := n.Labels.Get(l.label); v != "" {
			text += ", " + l.word + " " + v
		}
	}
	w.Entry("posture", w.In(style, text))
	var count [restricted + 1]int
	w.item.each(func(i *item) {
		if i.level == pod && !i.finished() {
			count[i.posture]++
		}
	})
	var parts []string
	for p := privileged; p <= restricted; p++ {
		if count[p] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count[p], p))
		}
	}
	if len(parts) > 0 {
		w.plain("pods", strings.Join(parts, ", "))
	}
	if w.item.weak {
		w.Entry("", w.In(w.Ink.Severity(model.Critical), "some run that it would not let in again"))
	}
}

// found lists what was found on the item, in so many lines.
func (w *writer) found(room int) {
	i := w.item
	if i.level == heading {
		return
	}
	if len(i.own) == 0 {
		w.clean()
		return
	}
	switch {
	case i.inherits():
		w.plain("found", "on "+w.judge()+", with which it is judged")
	case i.level == space:
		w.plain("found", summary(i)+" in all; on the namespace itself:")
	default:
		w.plain("found", summary(i))
	}
	w.list(i.own, room-len(w.Lines()))
}

// judge names the owner that a pod is judged with.
func (w *writer) judge() string {
	i := w.item
	for i.depth > 1 {
		i = i.parent
	}
	return i.ref.Kind + " " + i.ref.Name
}

// list writes a line for each finding, and how many there was no room for.
func (w *writer) list(rows []*view.Row, room int) {
	if len(rows) > room {
		room--
	}
	width := w.width - 2
	for n, r := range rows {
		if n >= max(room, 1) {
			w.Para(w.In(w.Ink.Faint, fmt.Sprintf("  and %d more", len(rows)-n)))
			return
		}
		f := r.Finding
		sign := w.s.shared.Glyphs.Severity(f.Severity) + " " + w.s.shared.Fit(r.Severity(), 2)
		w.Para(w.In(w.Ink.Severity(f.Severity), "  "+sign) + w.In(w.Ink.Text, w.s.shared.Cut(" "+f.Rule.ID+"  "+f.Rule.Title, width-2-view.Width(sign))))
	}
}

// scope is what the rules of this version are about.
const scope = "pods, permissions, network, images, secrets, patching"

// clean says that nothing was found, and never more than is known.
func (w *writer) clean() {
	i := w.item
	switch {
	case i.level == machine && i.score.Total() > 0:
		w.plain("found", "nothing on the node itself; on what runs here "+summary(i))
	case i.level == space && i.score.Total() > 0:
		w.plain("found", "nothing on the namespace itself; in it "+summary(i))
	case !i.judged:
		w.Entry("found", w.In(w.Ink.Warn, "nothing so far: not all that rules need was seen"))
	case i.posture != restricted && i.level != space:
		w.plain("found", "nothing: what has run to its end is not judged")
	default:
		w.plain("found", "nothing; this version judges "+scope)
	}
}

// summary counts by severity, in words.
func summary(i *item) string {
	var parts []string
	for _, s := range model.Severities() {
		if n := i.score.Holds[s]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, s))
		}
	}
	if n := i.score.Undecided; n > 0 {
		parts = append(parts, fmt.Sprintf("%d undecided", n))
	}
	return strings.Join(parts, ", ")
}

// worst lists what of a namespace should be looked at first.
func (w *writer) worst() {
	const most = 6
	children := slices.Clone(w.item.children)
	children = slices.DeleteFunc(children, func(i *item) bool { return i.score.Total() == 0 })
	slices.SortStableFunc(children, byScore)
	word := "worst"
	for n, c := range children {
		if n == most {
			w.Entry("", w.In(w.Ink.Faint, fmt.Sprintf("and %d more", len(children)-n)))
			return
		}
		s, _ := c.score.Worst()
		w.Entry(word, w.In(w.Ink.Severity(s), s.Letter())+w.In(w.Ink.Text, w.s.shared.Cut(" "+c.label, w.width-12)))
		word = ""
	}
}
