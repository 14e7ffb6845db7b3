package nodes

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"canopy/analysis/upgrade"
	"canopy/ui/text"
	"canopy/ui/view"
)

// block is what is run in one place, in order. Blocks of several places never go into one copy: what is meant for a node would be run where
// kubectl is.
type block struct {
	where    string
	commands []string
	// count is the number of lines that a shell does something with.
	count int
}

// blocksOf gives those of a step, each command a line: what is pasted into a shell must not hold a line break that nobody meant.
func blocksOf(s *upgrade.Step) []block {
	var list []block
	for _, b := range s.Blocks {
		one := block{where: text.Clean(b.Where), count: b.Count()}
		for _, c := range b.Commands {
			one.commands = append(one.commands, text.Clean(c))
		}
		if len(one.commands) > 0 {
			list = append(list, one)
		}
	}
	return list
}

// local tells that it is run where kubectl is.
func (b *block) local() bool { return b.where == upgrade.Here }

// title stands above its commands.
func (b *block) title() string {
	if b.local() {
		return b.where
	}
	return b.where + " (ssh)"
}

// place says of commands where they are run.
func (b *block) place() string {
	return "to run " + b.where
}

// copied says what was copied of several blocks, and what the next copy is.
func copied(list []block, at int) string {
	b := &list[at]
	words := view.Count(b.count, "command") + " " + b.place()
	if b.count == 0 {
		words = "notes " + b.place()
	}
	if len(list) == 1 {
		return words
	}
	next := &list[(at+1)%len(list)]
	where := next.where
	if (at+1)%len(list) == 0 {
		where += " again"
	}
	return fmt.Sprintf("%s; next: %d %s", words, next.count, where)
}

// round goes through the blocks of what is selected, one with each copy. It belongs to the loop.
type round struct {
	of   string
	next int
}

// take gives the place of the block that is next.
func (r *round) take(of string, list []block) int {
	if r.of != of || r.next >= len(list) {
		r.of, r.next = of, 0
	}
	at := r.next
	r.next = (at + 1) % len(list)
	return at
}

// copyBlock copies one, and says which and what is next. Of a copy of one line the program shows that line, so the words come behind it.
func copyBlock(list []block, at int) tea.Cmd {
	words := copied(list, at)
	copying := view.Send(view.Copy{Text: strings.Join(list[at].commands, "\n"), What: words})
	if len(list) == 1 || len(list[at].commands) > 1 {
		return copying
	}
	return tea.Sequence(copying, view.Send(view.Note{Text: "copied: " + words}))
}

// blocks are those of a step, in the order in which they are copied: what empties the node comes first, or nothing does.
func (m *move) blocks() []block {
	if m.step == nil {
		return nil
	}
	list := blocksOf(m.step)
	if m.toll[blocks] > 0 {
		if i := slices.IndexFunc(list, func(b block) bool { return b.local() }); i > 0 {
			list = slices.Concat(list[i:], list[:i])
		} else if i < 0 {
			return nil
		}
	}
	return list
}

// blocking names the first workload that keeps the node of a step from being emptied, and counts the others.
func (m *move) blocking(of harm) (name string, others int) {
	if m.step == nil {
		return "", 0
	}
	seen := map[string]bool{}
	for i := range m.step.Obstacles {
		o := &m.step.Obstacles[i]
		if harmOf(o.Cause, o.Blocks) != of {
			continue
		}
		full := o.Owner.Name
		if o.Owner.Namespace != "" {
			full = o.Owner.Namespace + "/" + full
		}
		full = text.Clean(full)
		if name = cmp.Or(name, full); !seen[o.Owner.String()] {
			seen[o.Owner.String()] = true
		}
	}
	return name, max(0, len(seen)-1)
}
