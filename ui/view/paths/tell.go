package paths

import (
	"strings"

	"canopy/analysis/attack"
	"canopy/model"
	"canopy/ui/view"
	"canopy/ui/view/page"
)

// section is where in the text of a stop something stands.
type section struct{ attack, defence int }

// tellStop writes what is to be said of a stop of a path.
func tellStop(s *view.Shared, edges map[string]*model.Edge, p *attack.Path, stop, width int) ([]string, section) {
	w := page.New(s, width, false)
	h := hopAt(p, stop)
	if h == nil {
		n := nodeAt(p, stop)
		w.Para(w.In(w.Ink.Header, n.ID))
		w.Para(w.In(w.Ink.Faint, typeWord(n.Type)))
		w.Gap()
		w.Para(w.In(w.Ink.Text, nodeWords(n)))
		return w.Lines(), section{}
	}
	return tellHop(w, edges[h.Edge], h)
}

// nodeWords says what it means to hold a node.
func nodeWords(n attack.Node) string {
	switch n.Type {
	case attack.External:
		return "Whoever is outside of the cluster, without credentials of it."
	case attack.Workload:
		return "Code runs in its pods as the attacker wants."
	case attack.Identity:
		return "Requests are sent as this identity, with all that RBAC grants it."
	case attack.Machine:
		return "Root on the node, and with that every pod, token and Secret on it."
	case attack.Secret:
		return "The values of the Secret are read."
	case attack.Namespace:
		return "All accounts, pods and Secrets of the namespace."
	case attack.Cloud:
		return "Requests are sent to the cloud as this identity."
	}
	return "This is what the attacker wants."
}

// tellHop writes the proof of a hop, and what the catalogue says of its step.
func tellHop(w *page.Page, e *model.Edge, h *attack.Hop) ([]string, section) {
	var at section
	title := h.Edge
	if e != nil {
		title += " " + e.Title
	}
	w.Para(w.In(w.Ink.Header, title))
	w.Para(w.In(w.Ink.Faint, h.From.ID+" to "+h.To.ID))
	w.Gap()
	w.Entry("WHY", w.In(w.Ink.Text, h.Proof.Summary))
	if !h.Proof.Object.IsZero() {
		w.Entry("BY", w.In(w.Ink.Text, h.Proof.Object.String()))
	}
	if !h.Proof.Role.IsZero() {
		w.Entry("ROLE", w.In(w.Ink.Text, h.Proof.Role.String()))
	}
	if h.Proof.Match != "" {
		w.Entry("MATCH", w.In(w.Ink.Text, h.Proof.Match))
	}
	for i, v := range h.Proof.Evidence {
		word := ""
		if i == 0 {
			word = "PROOF"
		}
		drawn := w.In(w.Ink.Text, v.Path)
		if v.Value != "" {
			drawn += w.In(w.Ink.Text, " = ") + w.In(w.Ink.Value, v.Value)
		}
		if v.Object != h.Proof.Object {
			drawn += w.In(w.Ink.Faint, " in "+v.Object.String())
		}
		w.Entry(word, drawn)
	}
	ink := w.Ink.Good
	if h.Confidence != attack.Proven {
		ink = w.Ink.Warn
	}
	w.Entry("SURE", w.In(ink, strings.TrimSuffix(sure(h.Confidence)+": "+h.Reason, ": ")))
	if !h.Cut.Object.IsZero() {
		w.Entry("CUT", w.In(w.Ink.Text, h.Cut.Edit+": "+h.Cut.Object.String()))
	}
	if e == nil {
		return w.Lines(), at
	}
	tell := func(title, words string) int {
		w.Gap()
		line := len(w.Lines())
		w.Para(w.In(w.Ink.Header, title))
		w.Para(w.In(w.Ink.Text, words))
		return line
	}
	at.attack = tell("How an attacker does it", e.Attack)
	at.defence = tell("How a defender sees it", e.Defence)
	tell("What takes it away", e.Remedy)
	tell("It holds where", e.Condition)
	w.Gap()
	if len(e.MITRE) > 0 {
		w.Entry("ATT&CK", w.In(w.Ink.Faint, strings.Join(e.MITRE, " ")))
	}
	if len(e.MS) > 0 {
		w.Entry("MATRIX", w.In(w.Ink.Faint, strings.Join(e.MS, " ")))
	}
	return w.Lines(), at
}
