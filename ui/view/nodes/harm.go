package nodes

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"canopy/analysis/disruption"
	"canopy/analysis/upgrade"
	"canopy/model"
	"canopy/ui/theme"
	"canopy/ui/view"
)

// harm is what comes of an obstacle, the worst first.
type harm int

// The harms of a drain.
const (
	// blocks: the drain does not end by itself.
	blocks harm = iota
	// loses: a pod, or what it holds, is lost for good.
	loses
	// unsure: nobody knows.
	unsure
	// waits: it ends once something else has happened, such as that pods are ready.
	waits
	// bound: no other node can take something, so that it is away until this one is back.
	bound
	// away: nothing is lost, but something does not answer until it is ready elsewhere.
	away
	// scratch: what is lost is what pods write for themselves, and nobody misses.
	scratch
	harms
)

func harmOf(cause string, blocking bool) harm {
	switch {
	case cause == disruption.Waiting:
		return waits
	case blocking:
		return blocks
	case disruption.Loses(cause):
		return loses
	case cause == disruption.Unseen:
		return unsure
	case cause == disruption.Scratch:
		return scratch
	case cause == disruption.Pinned:
		return bound
	}
	return away
}

// sign is the mark of a harm; word says in one what it is.
func (h harm) sign() string { return [...]string{"x", "!", "?", "~", "!", "!", "-"}[h] }
func (h harm) word() string {
	return [...]string{"blocks", "loses", "not known", "waits", "bound", "away", "scratch"}[h]
}

// brief says in a cell what a drain comes to, with the number of workloads: that comes first, where a cut does not reach it.
func (h harm) brief(n int) string {
	switch {
	case h == blocks:
		return fmt.Sprintf("x blocked by %d", n)
	case h == loses && n == 1:
		return "! 1 loses data"
	case h == loses:
		return fmt.Sprintf("! %d lose data", n)
	case h == unsure:
		return fmt.Sprintf("? %d not known", n)
	}
	if h == scratch {
		return h.sign() + " scratch files"
	}
	return fmt.Sprintf("%s %d %s", h.sign(), n, h.word())
}

// heads says above a list of obstacles what comes of them.
func (h harm) heads(n int) string {
	switch h {
	case blocks:
		return "blocked by " + workloads(n) + ", it does not end by itself:"
	case loses:
		return "loses pods or data of " + workloads(n) + " for good:"
	case unsure:
		return "not known of " + workloads(n) + ":"
	}
	if h == waits {
		return "waits for " + workloads(n) + ", and then ends:"
	}
	if h == bound {
		return "bound to the node, away until it or one of its name is back: " + workloads(n) + ":"
	}
	return "away for a moment, nothing lost: " + workloads(n) + ":"
}

func (h harm) style(t *theme.Theme) lipgloss.Style {
	switch h {
	case blocks:
		return t.Alarm
	case unsure, scratch:
		return t.Faint
	}
	return t.Warn
}

// toll is how many workloads each harm concerns.
type toll [harms]int

// tollOf counts each workload once for each harm, however many reasons there are.
func tollOf(list []upgrade.Obstacle) toll {
	type one struct {
		owner model.Ref
		harm  harm
	}
	var t toll
	seen := make(map[one]bool, len(list))
	for i := range list {
		o := one{list[i].Owner, harmOf(list[i].Cause, list[i].Blocks)}
		if !seen[o] {
			seen[o] = true
			t[o.harm]++
		}
	}
	return t
}

// worst is the gravest harm there is; harms where there is none.
func (t *toll) worst() harm {
	for h := range harms {
		if t[h] > 0 {
			return h
		}
	}
	return harms
}

// tell lists what a drain comes to, in words.
func (t *toll) tell() string {
	var parts []string
	parts = counted(parts, t[blocks], "blocked by %d")
	parts = counted(parts, t[loses], "loses data of %d")
	parts = counted(parts, t[unsure], "not known: %d")
	parts = counted(parts, t[waits], "waits for %d")
	parts = counted(parts, t[bound], "bound to it: %d")
	parts = counted(parts, t[away], "away for a moment: %d")
	if t[scratch] > 0 {
		parts = append(parts, "scratch files go")
	}
	return strings.Join(parts, ", ")
}

// tellDrains sums up what drains of several nodes come to, each by its worst.
func tellDrains(steps []upgrade.Step) string {
	var worst toll
	drains := 0
	for i := range steps {
		s := &steps[i]
		if !s.Drains {
			continue
		}
		drains++
		if one := tollOf(s.Obstacles); !s.Safe && one.worst() < harms {
			worst[one.worst()]++
		}
	}
	if drains == 0 {
		return ""
	}
	of := view.Count(drains, "drain")
	if worst == (toll{}) {
		return of + ", all safe"
	}
	var parts []string
	parts = counted(parts, worst[blocks], "%d cannot end")
	parts = counted(parts, worst[loses], "%d with losses")
	parts = counted(parts, worst[unsure], "%d not known to be safe")
	parts = counted(parts, worst[waits], "%d to wait for")
	parts = counted(parts, worst[bound], "%d with pods bound to the node")
	parts = counted(parts, worst[away], "%d with pods away for a moment")
	parts = counted(parts, worst[scratch], "%d with scratch files alone")
	return of + ": " + strings.Join(parts, ", ")
}
