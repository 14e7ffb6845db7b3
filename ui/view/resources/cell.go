package resources

import (
	"fmt"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
	"canopy/model/record"
	"canopy/ui/view"
)

// indented is the name with lines that lead down to it, and whether it is open. The lines follow the depth alone: that a row
// is the last of its like would have to be told anew whenever another comes.
func indented(s *view.Shared, r *row) string {
	sign := " "
	switch {
	case r.branch && r.open:
		sign = s.Glyphs.Expanded
	case r.branch:
		sign = s.Glyphs.Collapsed
	}
	return strings.Repeat(s.Glyphs.VRule+" ", r.depth) + sign + " " + r.label
}

// unknown stands for what was not evaluated.
const unknown = "?"

// silence is what it means that there is no severity.
type silence uint8

const (
	// needless is that of what has none to show, or none of its own.
	needless silence = iota
	// clean is that of what no rule of this version finds anything on, which is less than that nothing is wrong.
	clean
	// unjudged is that of what was not evaluated.
	unjudged
)

// silence says what it means that a row has no severity.
func (r *row) silence() silence {
	switch _, ok := r.score.Worst(); {
	case ok, r.level == heading:
		return needless
	case r.level == machine && r.pods == 0, r.score.Undecided > 0, !r.judged:
		// No rule of this version is about nodes themselves.
		return unjudged
	case r.posture != restricted && r.level != space && r.level != machine:
		// What has run to its end is not judged.
		return needless
	}
	return clean
}

// worst is the shape and the letter of the worst severity, or a sign of what it means that there is none.
func worst(s *view.Shared, r *row) string {
	switch r.silence() {
	case clean:
		return s.Glyphs.Rule
	case unjudged:
		return unknown
	}
	if w, ok := r.score.Worst(); ok {
		return s.Glyphs.Severity(w) + " " + w.Letter()
	}
	return ""
}

// counted is how many findings there are: those that count in places of their own, so that the eye can run down them. What
// is counted with the owner points to that.
func counted(r *row, above string) string {
	h := &r.score.Holds
	switch {
	case r.level == heading:
		return ""
	case r.inherits():
		return strings.Repeat(" ", 12) + above
	case h[model.Critical]+h[model.High]+h[model.Medium] > 0:
		return place(h[model.Critical], 2, "C") + " " + place(h[model.High], 3, "H") + " " + place(h[model.Medium], 3, "M")
	case r.score.Total() > 0:
		return strings.Repeat(" ", 9) + place(r.score.Total(), 3, model.Low.Letter())
	case r.score.Undecided > 0:
		return strings.Repeat(" ", 9) + place(r.score.Undecided, 3, "?")
	}
	return ""
}

// place writes a number in so many cells; a zero leaves them blank.
func place(n, width int, unit string) string {
	if n == 0 {
		return strings.Repeat(" ", width+len(unit))
	}
	return fmt.Sprintf("%*d%s", width, n, unit)
}

// posed is the level; a sign behind that of a namespace says that pods run below it.
func posed(r *row) string {
	text := r.posture.String()
	if r.level == space {
		if r.record == nil {
			return "?"
		}
		if r.weak {
			return text + " !"
		}
	}
	return text
}

// ready is how many of how many.
func ready(r *row) string {
	switch {
	case r.wanted > 0 || r.wanted == 0 && r.level == owner:
		return strconv.Itoa(r.ready) + "/" + strconv.Itoa(r.wanted)
	case r.wanted < 0 && r.ready > 0:
		return strconv.Itoa(r.ready) + "/?"
	}
	return ""
}

// where names the node, or counts them.
func where(r *row) string {
	if r.nodes > 1 {
		return view.Count(r.nodes, "node")
	}
	return r.node
}

// addresses are those of a pod or of a node.
func addresses(i *item) string {
	switch r := i.record.(type) {
	case *record.Pod:
		return strings.Join(r.IPs, " ")
	case *nodeRecord:
		var ips []string
		for _, a := range r.Object.Status.Addresses {
			if a.Type == corev1.NodeInternalIP {
				ips = append(ips, a.Address)
			}
		}
		return strings.Join(ips, " ")
	}
	return ""
}

func images(i *item) string {
	if i.template == nil {
		return ""
	}
	return i.template.images
}

func account(i *item) string {
	if i.template == nil {
		return ""
	}
	return i.template.account
}

// above names what an item hangs below, where that is an owner.
func above(i *item) string {
	if i.parent == nil || i.parent.depth == 0 {
		return ""
	}
	return i.parent.ref.Kind + "/" + i.parent.ref.Name
}
