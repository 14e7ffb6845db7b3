package bundle

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"canopy/model"
)

// order says of each document what it does and what it may break.
func (b *builder) order(out *bytes.Buffer) {
	if len(b.fix.Documents) == 0 {
		return
	}
	out.WriteString("\n## In this order\n")
	for i := range b.fix.Documents {
		d := &b.fix.Documents[i]
		fmt.Fprintf(out, "\n%d. %s: %s %s\n", i+1, code(d.File), d.Step.Verb, code(d.Step.Ref.String()))
		fmt.Fprintf(out, "   - May break: %s.\n", breakage(d.Breakage))
		for _, e := range d.Evidence {
			fmt.Fprintf(out, "   - %s\n", prose(e))
		}
		sampled(out, "   ", d.Sample)
		if d.ManagedBy != "" {
			fmt.Fprintf(out, "   - Managed by %s, which may take a live change back: make it there.\n", prose(d.ManagedBy))
		}
	}
}

// breakage says what a class of harm means.
func breakage(class string) string {
	switch class {
	case "none", "":
		return "nothing"
	case "likely-safe":
		return "hardly anything (likely-safe)"
	case "needs-evidence":
		return "something, unless what follows holds (needs-evidence)"
	case "outage":
		return "the service, unless whoever runs it takes part (outage)"
	}
	return prose(class)
}

// apply lists the commands, first without effect.
func (b *builder) apply(out *bytes.Buffer) {
	if len(b.fix.Documents) == 0 {
		return
	}
	out.WriteString("\n## Apply\n")
	var save, try, do []string
	for i := range b.back {
		if b.back[i].saved != "" {
			save = append(save, b.back[i].save())
		}
	}
	for i := range b.fix.Documents {
		d := &b.fix.Documents[i]
		if d.Command == "" {
			continue
		}
		do = append(do, d.Command)
		if i == 0 || !b.rests(i) {
			try = append(try, d.Command+" --dry-run=server")
		}
	}
	if len(save) > 0 {
		slices.Sort(save)
		out.WriteString("\nSave what cannot be put back from here, in files that nobody else may read:\n\n")
		block(out, append([]string{"umask 077"}, save...))
	}
	if fill := b.toFill(); len(fill) > 0 {
		out.WriteString("\nValues are to be put in before: in " + code(strings.Join(fill, ", ")) + " brackets stand in their place, with which the server refuses the file. Keep it from others then, and out of Git.\n")
	}
	if len(try) > 0 {
		out.WriteString("\nAsk the server first; it keeps nothing. A document that needs an earlier one cannot be asked about, and is left out:\n\n")
		block(out, try)
	}
	out.WriteString("\nThen:\n\n")
	block(out, do)
}

// rests tells that a document cannot be judged before an earlier one is there: it is about the same object, or in a namespace that is
// created.
func (b *builder) rests(i int) bool {
	ref := b.fix.Documents[i].Step.Ref
	return slices.ContainsFunc(b.fix.Documents[:i], func(d document) bool {
		return d.Step.Ref == ref || d.Step.Verb == model.Create && d.Step.Ref.Kind == "Namespace" && d.Step.Ref.Name == ref.Namespace
	})
}

// check says how to see that it worked.
func (b *builder) check(out *bytes.Buffer, closes []closing) {
	if len(b.fix.Documents) == 0 {
		return
	}
	var watch []string
	for i := range b.fix.Documents {
		s := &b.fix.Documents[i].Step
		rolls := s.Ref.Group == "apps" && (s.Ref.Kind == "Deployment" || s.Ref.Kind == "StatefulSet" || s.Ref.Kind == "DaemonSet")
		if line := "kubectl rollout status " + target(s.Ref) + " --timeout 10m"; rolls && s.Verb != model.Delete && !slices.Contains(watch, line) {
			watch = append(watch, line)
		}
	}
	out.WriteString("\n## Check\n\n")
	if len(watch) > 0 {
		block(out, watch)
		out.WriteString("\n")
	}
	if len(closes) > 0 {
		out.WriteString("Then look again: the " + count(len(closes), "finding") + " of the table above must be gone.\n\n")
	}
	block(out, []string{"canopy scan --output wide"})
}

// takeBack lists the commands of the way back.
func (b *builder) takeBack(out *bytes.Buffer) {
	if len(b.back) == 0 {
		return
	}
	out.WriteString("\n## Take it back\n\nWhat was done last goes first.")
	if b.enforceable() {
		out.WriteString(" A guard that refuses would refuse this too: take it away before, as below.")
	}
	out.WriteString("\n\n")
	var do []string
	var filled []string
	for i := range b.back {
		s := &b.back[i]
		if s.command != "" {
			do = append(do, s.command)
		}
		if !s.whole {
			filled = append(filled, s.file)
		}
	}
	if len(do) > 0 {
		block(out, do)
	} else {
		out.WriteString("There is nothing to take back: see the comments of " + code(rollbackFile) + ".\n")
	}
	for _, f := range filled {
		out.WriteString("\n" + code(f) + " is not whole: values that were never read are to be filled in first. Its comments say which, and where they are.\n")
	}
	for i := range b.back {
		if s := &b.back[i]; s.saved != "" && s.whole {
			out.WriteString("\n" + code(s.saved) + " is what you saved before: " + prose(strings.Join(s.comments, "; ")) + ".\n")
		}
	}
}
