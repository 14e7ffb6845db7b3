package segmentation

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/exposure"
	"canopy/analysis/workload"
	"canopy/model"
	"canopy/model/record"
)

// dangerOf grades what a template shows of a container that can take its node, or begins as root; false where it is neither.
func dangerOf(h *workload.Hit) (model.Severity, bool) {
	switch h.Rule {
	case "PS01", "PS02", "PS07", "PS14", "PS21":
		return model.High, true
	case "PS06":
		return model.High, h.Severity == model.Critical
	case "PS11":
		return model.Medium, true
	case "PS10":
		return model.Low, true
	}
	return model.Info, false
}

// opening is the ways that lead to pods of one kind, as far as policies let anything through.
type opening struct {
	ways    []*exposure.Way
	verdict model.Verdict
	reason  string
	// inner tells that all of them begin inside, or at the addresses of nodes.
	inner bool
}

// exposed judges pods to which ways from outside lead: what they could do, and what they are.
func (r *round) exposed(t *tenant) []*model.Finding {
	var list []*model.Finding
	var power, consoles shown
	for i := range t.variants {
		v := &t.variants[i]
		all := r.ways.Of(r.c, v.pod)
		if len(all) == 0 {
			continue
		}
		if at, e := r.console(t, v); at >= 0 {
			grade := model.High
			if consoleAt(at).login {
				grade = model.Medium
			}
			consoles.add(r, v, r.opening(v, all, true), grade, e)
		}
		if hits := v.sheet.hits(v.pod.Template); len(hits) > 0 {
			grade, l := model.Info, []model.Evidence(nil)
			for k := range hits {
				g, _ := dangerOf(&hits[k])
				grade = max(grade, g)
			}
			for k := range hits {
				if g, _ := dangerOf(&hits[k]); g == grade {
					l = append(l, r.hitAt(t, v, &hits[k]))
				}
			}
			power.add(r, v, r.opening(v, all, false), grade, l...)
		}
	}
	for _, s := range [...]struct {
		id string
		*shown
	}{{"NW10", &power}, {"NW13", &consoles}} {
		if s.pods == 0 {
			continue
		}
		if f := r.finding(s.id, s.severity, t.ref, lines(s.evidence(t.ref)...)); f != nil {
			f.Pods = s.pods
			list = append(list, doubt(f, s.verdict, s.reason))
		}
	}
	return list
}

// shown gathers what kinds of pods of one owner show.
type shown struct {
	pods     int
	severity model.Severity
	verdict  model.Verdict
	reason   string
	// lines are the ways, facts what is wrong with the pods; more and hidden count what was left out of either.
	lines, facts []model.Evidence
	more, hidden int
	// told and known are all ways and all that is wrong, so that nothing counts twice.
	told  map[*exposure.Way]struct{}
	known map[model.Evidence]struct{}
}

func (s *shown) add(r *round, v *variant, o opening, grade model.Severity, l ...model.Evidence) {
	if len(o.ways) == 0 {
		return
	}
	if o.inner && grade > model.Low {
		grade--
	}
	if s.pods == 0 || o.verdict == model.Yes {
		s.verdict, s.reason = o.verdict, o.reason
	}
	s.pods += v.pods
	s.severity = max(s.severity, grade)
	// What is wrong with the pods comes after what leads to them, and neither crowds out the other.
	var last *exposure.Way
	for _, w := range o.ways {
		// By its type a Service opens a load balancer, a port of nodes, and that for each of its ports.
		same := last != nil && last.Via == w.Via && byType(last) && byType(w)
		if last = w; !s.first(w) || same {
			continue
		}
		if len(s.lines) >= most {
			s.more++
			continue
		}
		s.lines = append(s.lines, w.Shown(r.c, v.pod)...)
	}
	for _, e := range l {
		if _, ok := s.known[e]; ok {
			continue
		}
		if s.known == nil {
			s.known = map[model.Evidence]struct{}{}
		}
		s.known[e] = struct{}{}
		if len(s.facts) >= most {
			s.hidden++
			continue
		}
		s.facts = append(s.facts, e)
	}
}

func byType(w *exposure.Way) bool {
	return w.How == exposure.LoadBalancer || w.How == exposure.NodePort
}

// first tells that a way was not looked at before: other kinds of pods may be behind the same ones.
func (s *shown) first(w *exposure.Way) bool {
	if _, ok := s.told[w]; ok {
		return false
	}
	if s.told == nil {
		s.told = map[*exposure.Way]struct{}{}
	}
	s.told[w] = struct{}{}
	return true
}

// evidence gives the ways and what is wrong with the pods, with how many of either were left out.
func (s *shown) evidence(object model.Ref) []model.Evidence {
	l := unique(s.lines)
	if s.more > 0 {
		l = append(l, model.Evidence{Object: object, Value: "and " + strconv.Itoa(s.more) + " more ways that lead to the pods"})
	}
	l = append(l, s.facts...)
	if s.hidden > 0 {
		l = append(l, model.Evidence{Object: object, Value: "and " + strconv.Itoa(s.hidden) + " more fields of its pods"})
	}
	return l
}

// opening keeps the ways through which policies let something, or may. That pods are on the host network alone opens
// nothing that PS04 does not tell, unless a console answers there.
func (r *round) opening(v *variant, all []*exposure.Way, host bool) opening {
	o := opening{inner: true}
	for _, w := range all {
		if w.How == exposure.HostNetwork && !host {
			continue
		}
		verdict, reason := r.lets(w, v)
		if verdict == model.No {
			continue
		}
		if len(o.ways) == 0 || verdict == model.Yes || verdict == model.Depends && o.verdict == model.Unknown {
			if o.verdict != model.Yes {
				o.verdict, o.reason = verdict, reason
			}
		}
		o.ways = append(o.ways, w)
		o.inner = o.inner && (w.Internal || w.How == exposure.HostPort || w.How == exposure.HostNetwork || w.How == exposure.NodePort && r.balanced(w.Via))
	}
	return o
}

// balanced tells a Service whose ports of nodes are there for its load balancer, so that this one says where it begins.
func (r *round) balanced(ref model.Ref) bool {
	t, ok := r.c.Get(ref).(*record.Typed[*corev1.Service])
	return ok && t.Object.Spec.Type == corev1.ServiceTypeLoadBalancer
}

// console finds what console the pods are, and what tells it.
func (r *round) console(t *tenant, v *variant) (int, model.Evidence) {
	if v.sheet.console >= 0 {
		return v.sheet.console, r.inTemplate(t, v, v.sheet.image)
	}
	at, label := consoleByLabels(v.pod.Labels)
	e := model.Evidence{Object: v.pod.Ref(), Path: "metadata.labels[" + label + "]", Value: brief(v.pod.Labels.Get(label))}
	if w, ok := r.c.Get(t.ref).(*record.Workload); ok && w.PodLabels.Get(label) == v.pod.Labels.Get(label) {
		if spec := record.TemplatePath(t.ref.Kind); spec != "" {
			e.Object, e.Path = t.ref, strings.TrimSuffix(spec, "spec")+e.Path
		}
	}
	return at, e
}

// hitAt shows a field of a template: in the owner, where its template shows the same there, else in the pod.
func (r *round) hitAt(t *tenant, v *variant, h *workload.Hit) model.Evidence {
	value := brief(cmp.Or(h.Value, h.Rule))
	if w, ok := r.c.Get(t.ref).(*record.Workload); ok && !w.Template.IsZero() {
		if t.own == nil {
			t.own = workload.Judge(w.Template.Decode())
		}
		if spec := record.TemplatePath(t.ref.Kind); spec != "" && slices.ContainsFunc(t.own, func(o workload.Hit) bool { return o.Rule == h.Rule && o.Path == h.Path && o.Value == h.Value }) {
			return model.Evidence{Object: t.ref, Path: spec + "." + h.Path, Value: value}
		}
	}
	return model.Evidence{Object: v.pod.Ref(), Path: "spec." + h.Path, Value: value}
}
