package remedy

import (
	"errors"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/workload"
	"canopy/model"
	"canopy/model/record"
)

func isStatic(r model.Record) bool {
	pod, ok := r.(*record.Pod)
	return ok && pod.Annotations.Has(corev1.MirrorPodAnnotationKey)
}

// workload fixes findings on an owner of pods.
func (p *planner) workload(ref model.Ref, findings []*model.Finding) error {
	findings, err := p.missingAccounts(ref, findings)
	if err != nil || len(findings) == 0 {
		return err
	}
	switch r := p.c.Get(ref).(type) {
	case *record.Workload:
		if r.Kind.Kind == "Job" {
			p.job(r, findings)
			return nil
		}
		return p.patchOwner(r, findings)
	case *record.Pod:
		if isStatic(r) {
			p.static(r, findings)
			return nil
		}
		return p.naked(r, findings)
	}
	p.unseen(ref, findings)
	return nil
}

// patchOwner makes one patch for all findings on an owner that can be patched.
func (p *planner) patchOwner(w *record.Workload, findings []*model.Finding) error {
	before := w.Template.Decode()
	if findings = p.spare(w, before, findings); len(findings) == 0 {
		return nil
	}
	e := p.editorFor(w.Namespace, before, findings)
	for _, pod := range p.pods(w.Ref()) {
		if pod.Phase == corev1.PodRunning && badRef(pod.Ref()) == "" {
			e.running = pod
			break
		}
	}
	for _, f := range findings {
		if f.Rule.ID == "LP21" {
			if err := p.account(w, e, f); err != nil {
				return err
			}
		}
	}
	e.run()
	e.doubt(findings)
	closes := p.verdicts(w.Ref(), before, e, findings)
	notes, err := p.annotated(w, findings)
	if err != nil {
		return err
	}
	d, changed, err := templatePatch(w, before, e.t)
	if errors.Is(err, errPatch) {
		for _, f := range findings {
			if slices.Contains(closes, f.ID) {
				p.note(f, "no form of patch gives just this change: edit the object", append([]string{"kubectl edit " + target(w.Ref())}, inEditor(before, e.t)...)...)
			}
		}
		return nil
	}
	if err != nil {
		return err
	}
	if !changed {
		if notes != nil {
			notes.Closes = p.outlast(w, findings, closes)
			p.patches = append(p.patches, *notes)
		}
		return nil
	}
	if notes != nil {
		// It goes first: what the template changes may take longer, and comes to the same.
		p.patches = append(p.patches, *notes)
	}
	class := e.class
	for _, f := range findings {
		d.rules, d.about = append(d.rules, f.Rule), append(d.about, f.ID)
		if slices.Contains(closes, f.ID) {
			class = max(class, parseBreakage(f.Rule.Breakage))
		}
	}
	class, evidence := p.context(w, class, e.evidence)
	d.Evidence = append(evidence, d.Evidence...)
	d.Closes, d.Breakage = p.outlast(w, findings, closes), class.String()
	d.keep(&w.Meta)
	if e.account != "" {
		d.require(model.Create, model.KindByName("ServiceAccount").Ref(w.Namespace, e.account), "no pod can be made as an account that is not there")
	}
	if err := p.fill(w, e, findings, &d); err != nil {
		return err
	}
	p.patches = append(p.patches, d)
	return nil
}

func (p *planner) editorFor(namespace string, t *corev1.PodTemplateSpec, findings []*model.Finding) *editor {
	rules := make([]string, len(findings))
	for i, f := range findings {
		rules[i] = f.Rule.ID
	}
	e := newEditor(t, rules)
	for _, f := range findings {
		e.unsure[f.Rule.ID] = e.unsure[f.Rule.ID] || f.Verdict != model.Yes
	}
	for _, r := range p.c.Sorted(schema.GroupKind{Kind: "LimitRange"}) {
		if l, ok := r.(*record.Typed[*corev1.LimitRange]); ok && l.Namespace == namespace {
			e.ranges = append(e.ranges, l.Object)
		}
	}
	e.owner, e.vault = findings[0].Object, p.vault.draft(findings[0].Object)
	if slices.ContainsFunc(rules, aboutImages) {
		e.lookAt(p)
	}
	return e
}

// context adds what the kind and the place of an owner say about a change of its template.
func (p *planner) context(w *record.Workload, class breakage, evidence []string) (breakage, []string) {
	rolls, told := p.disruption(w)
	class, evidence = max(class, rolls), append(slices.Clone(evidence), told...)
	priority := w.Template.Decode().Spec.PriorityClassName
	if systemPart(w) {
		class = max(class, needsEvidence)
		evidence = append(evidence, "it is a part of the cluster itself: its vendor decides, and its installer may write it again; try the change on a cluster that nobody needs")
	} else if strings.HasPrefix(priority, "system-") {
		class = outage
		evidence = append(evidence, "it is part of the system: what it may do is likely part of its work; ask its vendor before anything is taken away")
	}
	return class, evidence
}

// verdicts judges the changed template. It gives the findings that end, and notes why others do not.
func (p *planner) verdicts(owner model.Ref, before *corev1.PodTemplateSpec, e *editor, findings []*model.Finding) []string {
	old, now := byRule(before), byRule(e.t)
	var closes []string
	for _, f := range findings {
		rule := f.Rule.ID
		if rule == "SE01" {
			if handled, ends := p.beyondTemplate(owner, e, f, now[rule]); handled {
				if ends {
					closes = append(closes, f.ID)
				}
				continue
			}
		}
		switch {
		case rule == "LP21" && usesDefault(&before.Spec), rule == "LP22" && !isOff(before.Spec.AutomountServiceAccountToken):
			closes = append(closes, f.ID)
		case rule == "IM06" && e.settled && len(e.left[rule]) == 0:
			closes = append(closes, f.ID)
		case len(old[rule]) == 0:
			p.inPods(owner, f)
		case len(now[rule]) == 0 && len(e.left[rule]) == 0:
			closes = append(closes, f.ID)
		default:
			p.partly(f, e, now[rule])
		}
	}
	for _, rule := range workloadRules(now) {
		if len(old[rule]) == 0 {
			e.harm(needsEvidence, "the change makes %s hold: %s", rule, now[rule][0].Path)
		}
	}
	return closes
}

// partly notes what a patch leaves of a finding.
func (p *planner) partly(f *model.Finding, e *editor, rest []workload.Hit) {
	steps := slices.Clone(e.left[f.Rule.ID])
	if len(steps) == 0 {
		for _, h := range rest {
			steps = append(steps, "mend "+h.Path)
		}
	}
	if f.Rule.ID == "PS25" {
		p.figures = true
		p.note(f, "no figure is known, and limits that are guessed do harm", lacking(rest)...)
		return
	}
	p.note(f, "a part of it cannot be put into a patch", steps...)
}

func byRule(t *corev1.PodTemplateSpec) map[string][]workload.Hit {
	m := map[string][]workload.Hit{}
	for _, h := range workload.Judge(t) {
		m[h.Rule] = append(m[h.Rule], h)
	}
	return m
}

func workloadRules(m map[string][]workload.Hit) []string {
	var rules []string
	for r := range m {
		rules = append(rules, r)
	}
	slices.Sort(rules)
	return rules
}

// templatePatch puts the change of a template as a patch of its owner: a strategic one where applying it gives just the
// wanted object, a JSON patch otherwise.
func templatePatch(w *record.Workload, before, after *corev1.PodTemplateSpec) (Document, bool, error) {
	old, err := tree(before)
	if err != nil {
		return Document{}, false, err
	}
	now, err := tree(after)
	if err != nil {
		return Document{}, false, err
	}
	if same(old, now) {
		return Document{}, false, nil
	}
	path := templatePath(w.Kind.Kind)
	if body, ok := strategicBody(w, path, old, now); ok {
		if applies(w, types.StrategicMergePatchType, body, after) {
			d, err := patchDocument(w.Ref(), types.StrategicMergePatchType, body)
			return d, true, err
		}
	}
	body, err := jsonBody(path, old, now)
	if err != nil {
		return Document{}, false, err
	}
	if !applies(w, types.JSONPatchType, body, after) {
		return Document{}, false, errPatch
	}
	d, err := patchDocument(w.Ref(), types.JSONPatchType, body)
	d.Evidence = append(d.Evidence, "merge keys repeat in a list that changes, so that it is a JSON patch: it fails without harm where the object has changed since")
	return d, true, err
}

// templatePath is where the template stands, as the parts of a path.
func templatePath(kind string) []string {
	return strings.Split(strings.TrimSuffix(record.TemplatePath(kind), ".spec"), ".")
}
