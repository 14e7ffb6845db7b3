package disruption

import (
	"fmt"

	"canopy/analysis"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// proof is evidence that stands by itself.
type proof struct{ lines []model.Evidence }

// Evidence gives the lines.
func (p *proof) Evidence() []model.Evidence { return p.lines }

// judgeBudget judges a budget: VP10.
func (a *Analyser) judgeBudget(c *cluster.Cluster, ref model.Ref, out analysis.Findings) {
	var f *model.Finding
	if p := a.places[ref.Namespace]; p != nil && p.budgets[ref.Name] != nil {
		f = a.blocks(c, p.budgets[ref.Name])
	}
	a.stand(ref, f, out)
}

func (a *Analyser) stand(ref model.Ref, f *model.Finding, out analysis.Findings) {
	var now []*model.Finding
	if f != nil {
		now = []*model.Finding{f}
	}
	a.stood.Set(ref, now, out)
}

// blocks gives the finding on a budget that keeps what it selects from ever being evicted; nil where it does not.
func (a *Analyser) blocks(c *cluster.Cluster, b *budget) *model.Finding {
	r := b.reckoning(c)
	if r.why == "" && r.twins == 0 {
		return nil
	}
	var lines []model.Evidence
	if r.why != "" {
		path := "spec"
		if r.limit != "" {
			path = "spec." + r.limit
		}
		lines = append(lines, model.Evidence{Object: b.ref, Path: path, Value: r.why})
		for _, s := range r.owners {
			lines = append(lines, model.Evidence{Object: s.ref, Path: "spec.replicas", Value: fmt.Sprint(s.replicas)})
		}
		if more := r.scaled - len(r.owners); more > 0 {
			lines = append(lines, model.Evidence{Object: b.ref, Path: "spec.selector", Value: fmt.Sprintf("selects pods of %d more owners", more)})
		}
	}
	for _, other := range r.twice {
		lines = append(lines, model.Evidence{Object: other.ref, Path: "spec.selector", Value: "selects pods that " + b.ref.Name + " selects too, which the API then evicts for neither"})
	}
	if more := r.twins - len(r.twice); more > 0 {
		lines = append(lines, model.Evidence{Object: b.ref, Path: "spec.selector", Value: fmt.Sprintf("selects pods that %d more budgets select too", more)})
	}
	f := analysis.NewFinding(a.rules["VP10"], a.severity("VP10"), b.ref, b.record, &proof{lines})
	if f == nil {
		return nil
	}
	f.Pods = r.pods
	if r.doubt != "" && r.twins == 0 {
		f.Verdict, f.Reason = model.Depends, r.doubt
	}
	return f
}

// judgeOwner judges an owner of pods: VP11.
func (a *Analyser) judgeOwner(c *cluster.Cluster, ref model.Ref, out analysis.Findings) {
	a.stand(ref, a.unguarded(c, ref), out)
}

// unguarded gives the finding on an owner of several pods that no budget selects; nil where it has none, or where it is not known which
// budgets there are.
func (a *Analyser) unguarded(c *cluster.Cluster, ref model.Ref) *model.Finding {
	w, ok := c.Get(ref).(*record.Workload)
	o := a.owners[ref]
	if !ok || o == nil || !scaled(ref) || w.Replicas < 2 || c.TopOwner(w) != ref || o.guarded() {
		return nil
	}
	known, reason := unseen(c, ref.Namespace)
	if !known {
		return nil
	}
	lines := []model.Evidence{
		{Object: ref, Path: "spec.replicas", Value: fmt.Sprint(w.Replicas)},
		{Object: ref, Path: labelsPath, Value: "no PodDisruptionBudget of the namespace selects these labels"},
	}
	f := analysis.NewFinding(a.rules["VP11"], a.severity("VP11"), ref, w, &proof{lines})
	if f == nil {
		return nil
	}
	f.Pods = o.pods
	if reason != "" {
		f.Verdict, f.Reason = model.Unknown, reason
	}
	return f
}

// labelsPath is where the labels of pods stand in their owner.
const labelsPath = "spec.template.metadata.labels"

func (a *Analyser) severity(rule string) model.Severity {
	if r := a.rules[rule]; r != nil {
		return r.Severity
	}
	return model.Info
}

// unseen tells whether it is known which budgets a namespace has, and why not wholly.
func unseen(c *cluster.Cluster, namespace string) (known bool, reason string) {
	cov := c.Seen(budgetKind, namespace)
	if cov.State == model.Complete || cov.Unserved() {
		return true, ""
	}
	reason = "PodDisruptionBudgets " + string(cov.State)
	if cov.Reason != "" && cov.Reason != string(cov.State) {
		reason += ": " + Brief(cov.Reason)
	}
	return cov.State == model.Partial, reason
}
