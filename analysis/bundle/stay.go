package bundle

import (
	"bytes"
	"slices"
	"strings"

	"canopy/analysis/remedy"
	"canopy/model"
)

type document = remedy.Document

// keep says how to keep the findings from coming back.
func (b *builder) keep(out *bytes.Buffer) {
	if b.Guard == nil || len(b.Guard.Policies)+len(b.Guard.Without) == 0 {
		return
	}
	out.WriteString("\n## Keep it from coming back\n\n")
	if b.guarded() {
		out.WriteString("First let the server warn and note in its audit log. Nothing is refused:\n\n")
		block(out, []string{"kubectl apply --filename " + guardFile})
		if b.enforceable() {
			out.WriteString("\nOnce nothing is noted any more, let it refuse. These bindings take the place of those that warn:\n\n")
			block(out, []string{"kubectl apply --filename " + enforceFile})
			out.WriteString("\nBack to warnings, or away with it:\n\n")
			block(out, []string{"kubectl apply --filename " + guardFile, "kubectl delete --filename " + guardFile})
		} else {
			out.WriteString("\nAway with it:\n\n")
			block(out, []string{"kubectl delete --filename " + guardFile})
		}
		out.WriteString("\n")
	}
	for i := range b.Guard.Policies {
		p := &b.Guard.Policies[i]
		where := "the cluster"
		if len(p.Namespaces) > 0 {
			where = "namespace " + strings.Join(p.Namespaces, ", ")
		}
		what := "refuses"
		if p.Mutating {
			what = "sets what is missing"
		}
		out.WriteString("- " + prose(strings.Join(p.Rules, ", ")+" in "+where) + ": " + what + "\n")
		for _, e := range p.Evidence {
			out.WriteString("  - " + prose(e) + "\n")
		}
	}
	for _, w := range b.Guard.Without {
		out.WriteString("- " + prose(w.Rule+": no guard: "+w.Text) + "\n")
	}
}

// source says how to make the change where the objects are kept.
func (b *builder) source(out *bytes.Buffer) {
	if len(b.fix.Documents) == 0 {
		return
	}
	out.WriteString("\n## Where the objects are kept\n\n")
	var managers []string
	for i := range b.fix.Documents {
		if m := b.fix.Documents[i].ManagedBy; m != "" && !slices.Contains(managers, m) {
			managers = append(managers, m)
		}
	}
	slices.Sort(managers)
	for _, m := range managers {
		out.WriteString("- " + prose(m) + ": " + hint(m) + "\n")
	}
	out.WriteString("- Plain manifests: " + code("canopy fix -f FOLDER --write") + " makes the change in your own files.\n")
	out.WriteString("- Kustomize: let " + code(overlayFile) + " name your folder as its base; look with " + code("kubectl kustomize .") +
		" before you use it. What it patches and your base lacks, it leaves out without a word.\n")
	if b.deletes() {
		out.WriteString("- What the fix deletes has to go from your files too, or the next deployment brings it back.\n")
	}
}

func (b *builder) deletes() bool {
	return slices.ContainsFunc(b.fix.Documents, func(d document) bool { return d.Step.Verb == model.Delete })
}

// hint says what to do about an object that something keeps as it is written elsewhere.
func hint(manager string) string {
	switch {
	case strings.HasPrefix(manager, "Helm"), strings.HasPrefix(manager, "Flux HelmRelease"):
		return "make the change by the values of the chart, or in its templates; the next upgrade takes a live change back."
	case strings.HasPrefix(manager, "Argo CD"), strings.HasPrefix(manager, "Flux"):
		return "commit the change to the repository that it follows; it takes a live change back by itself."
	}
	return "make the change there; it may take a live change back."
}

// sampled writes a sample as a block of code that can be copied.
func sampled(out *bytes.Buffer, margin, sample string) {
	if sample == "" {
		return
	}
	const fence = "```"
	out.WriteString("\n" + margin + fence + "yaml\n")
	for _, l := range remedy.SampleLines(sample) {
		out.WriteString(margin + strings.ReplaceAll(l, fence, "") + "\n")
	}
	out.WriteString(margin + fence + "\n\n")
}

// byHand lists what no document does.
func (b *builder) byHand(out *bytes.Buffer) {
	if len(b.fix.Notes) == 0 {
		return
	}
	out.WriteString("\n## By hand\n\n")
	for _, n := range b.fix.Notes {
		out.WriteString("- " + code(n.Finding))
		if t := b.titleOf(ruleOf(n.Finding)); t != "" {
			out.WriteString(" " + prose(t))
		}
		out.WriteString(": " + prose(n.Reason) + "\n")
		for _, s := range n.Steps {
			out.WriteString("  - " + prose(s) + "\n")
		}
		sampled(out, "  ", n.Sample)
	}
	if len(b.fix.Advice) > 0 {
		out.WriteString("\nHow to come by the figures:\n\n")
		for _, a := range b.fix.Advice {
			out.WriteString("- " + prose(a) + "\n")
		}
	}
}
