package upgrade

import (
	"cmp"
	"strings"
)

// Here is where kubectl and the tools of a provider are: the place of whoever carries out a plan. Other places are "on " and a node.
const Here = "here"

// Block is what is run at one place before one goes to the next.
type Block struct {
	// Where is Here, or such as "on n5".
	Where string `json:"where"`
	// Commands are lines in order. Those that begin with # are for people to read.
	Commands []string `json:"commands"`
}

// Count counts the commands, without what is for people to read alone.
func (b Block) Count() int {
	n := 0
	for _, line := range b.Commands {
		if !strings.HasPrefix(line, "#") {
			n++
		}
	}
	return n
}

// Count counts the commands of a step, in all and those that are run elsewhere than here.
func (s *Step) Count() (all, away int) {
	for _, b := range s.Blocks {
		n := b.Count()
		if all += n; b.Where != Here {
			away += n
		}
	}
	return all, away
}

// heading is the line with which a block begins in a flat list.
func (b Block) heading() string {
	if b.Where == Here {
		return "# here"
	}
	return "# " + b.Where + " (ssh)"
}

// flat writes blocks as one list of lines.
func flat(blocks []Block) []string {
	lines := []string{}
	for _, b := range blocks {
		lines = append(append(lines, b.heading()), b.Commands...)
	}
	return lines
}

// say writes lines for the place where one is.
func (w *script) say(lines ...string) {
	if len(w.blocks) == 0 {
		w.apart(Here)
	}
	b := &w.blocks[len(w.blocks)-1]
	b.Commands = append(b.Commands, lines...)
}

// apart begins a block, even where one is at that place already.
func (w *script) apart(where string) {
	if n := len(w.blocks); n > 0 && len(w.blocks[n-1].Commands) == 0 {
		w.blocks = w.blocks[:n-1]
	}
	w.blocks = append(w.blocks, Block{Where: where, Commands: []string{}})
}

// turn goes to a place.
func (w *script) turn(where string) {
	if n := len(w.blocks); n == 0 || w.blocks[n-1].Where != where {
		w.apart(where)
	}
}

// here goes back to where kubectl is, on to the node.
func (w *script) here() { w.turn(Here) }
func (w *script) on()   { w.turn(w.place()) }

func (w *script) place() string { return "on " + cmp.Or(w.nodeName(), "the node") }
