package capture

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Problem is something in a capture that could not be read as it stands.
type Problem struct {
	// File is the path as it was given; for a file in an archive, the archive's path, "!" and the path within.
	File string
	// Document counts the documents of the file from 1; 0 where the whole file is meant.
	Document int
	// Line counts the lines of the file from 1; 0 where no line is meant.
	Line int
	// Message says what is wrong.
	Message string
	// Skipped tells that something was left out for it, so that what was read is partial; otherwise it is a warning.
	Skipped bool

	// kind is the kind that lost an object, where it is known.
	kind schema.GroupKind
	// doubt is why what was read of the kind may not be what is meant, although nothing was skipped.
	doubt string
}

// String is the line for standard error: file:line: document 3: what is wrong. It may hold hostile text of the file.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
	}
	if p.Document > 0 {
		fmt.Fprintf(&b, ": document %d", p.Document)
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	b.WriteString(p.Message)
	return b.String()
}

// problems collects problems up to a limit.
type problems struct {
	limit   int
	list    []Problem
	beyond  int
	skipped bool
	// lost counts by kind, first holds the first reason of each: those that are not kept count too.
	lost  map[schema.GroupKind]int
	first map[schema.GroupKind]string
	// unknown counts how often a field that a kind does not have was met, so that it is told once.
	unknown map[string]int
}

func (p *problems) add(list ...Problem) {
	for _, x := range list {
		p.skipped = p.skipped || x.Skipped
		p.lose(x)
		if !x.Skipped {
			key := x.kind.String() + x.Message
			if p.unknown == nil {
				p.unknown = map[string]int{}
			}
			if p.unknown[key]++; p.unknown[key] > 1 && strings.HasPrefix(x.Message, "unknown field") {
				continue
			}
		}
		if len(p.list) >= p.limit {
			p.beyond++
			continue
		}
		p.list = append(p.list, x)
	}
}

// lose notes what a problem means for the coverage of its kind.
func (p *problems) lose(x Problem) {
	reason := x.doubt
	if x.Skipped {
		reason = "skipped: " + x.String()
	}
	if reason == "" {
		return
	}
	if p.lost == nil {
		p.lost, p.first = map[schema.GroupKind]int{}, map[schema.GroupKind]string{}
	}
	if p.lost[x.kind]++; p.lost[x.kind] == 1 {
		p.first[x.kind] = reason
	}
}

func (p *problems) all() []Problem {
	list := append([]Problem(nil), p.list...)
	if p.beyond > 0 {
		list = append(list, Problem{Message: fmt.Sprintf("%d more problems are not shown", p.beyond), Skipped: p.skipped})
	}
	return list
}
