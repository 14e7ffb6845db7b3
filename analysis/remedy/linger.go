package remedy

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/analysis/workload"
	"canopy/model"
	"canopy/model/record"
)

// lingering are the pods of an owner that a change of its template leaves as they are, and their findings with them: somebody
// has decided that pods are replaced by hand, and no document decides otherwise.
type lingering struct {
	w    *record.Workload
	pods []*record.Pod
	// shown remembers what a template shows.
	shown map[record.Template]map[string][]workload.Hit
}

func (p *planner) lingering(w *record.Workload) *lingering {
	l := &lingering{w: w, shown: map[record.Template]map[string][]workload.Hit{}}
	for _, pod := range p.pods(w.Ref()) {
		if !pod.Finished() && !w.Replaces(pod.Name) {
			l.pods = append(l.pods, pod)
		}
	}
	return l
}

// shows tells whether one of the pods shows what a rule is about.
func (l *lingering) shows(rule string) bool {
	return slices.ContainsFunc(l.pods, func(pod *record.Pod) bool {
		switch rule {
		case "LP21":
			return usesDefault(&pod.Template.Decode().Spec)
		case "LP22":
			return !isOff(pod.Template.Decode().Spec.AutomountServiceAccountToken)
		}
		hits, ok := l.shown[pod.Template]
		if !ok {
			hits = byRule(pod.Template.Decode())
			l.shown[pod.Template] = hits
		}
		return len(hits[rule]) > 0
	})
}

// outlast notes the findings that a patch of the template ends only once somebody has the pods follow, and gives the others.
func (p *planner) outlast(w *record.Workload, findings []*model.Finding, closes []string) []string {
	l := p.lingering(w)
	if len(l.pods) == 0 {
		return closes
	}
	for _, f := range findings {
		if i := slices.Index(closes, f.ID); i >= 0 && l.shows(f.Rule.ID) {
			closes = slices.Delete(closes, i, i+1)
			p.note(f, l.why(), append([]string{"carry the patch out first: what is made before comes from the old template"}, l.steps()...)...)
		}
	}
	return closes
}

// why says why the pods stay as they are.
func (l *lingering) why() string {
	name := l.w.Ref().String()
	switch kind := l.w.Kind.Kind; {
	case kind == "CronJob":
		return "jobs that " + name + " has started keep the template they have: the finding ends with the last of them"
	case kind == "Deployment":
		return name + " is paused: its pods keep the template they have, and the finding goes on, until it is resumed"
	case l.w.Strategy == record.OnDelete:
		return name + " has updateStrategy OnDelete: the finding ends once the pods that it has are deleted"
	case kind == "StatefulSet":
		return fmt.Sprintf("pods of %s below ordinal %d keep the template they have: its updateStrategy has a partition, and the finding goes on with them", name, l.w.Partition)
	}
	return name + " replaces no pod that runs: the finding ends once the pods that it has are deleted"
}

// steps says how to have the pods follow.
func (l *lingering) steps() []string {
	name := target(l.w.Ref())
	switch kind := l.w.Kind.Kind; {
	case kind == "CronJob":
		return l.jobs()
	case kind == "Deployment":
		return []string{"what else was changed since it was paused is rolled out with it: look at kubectl get " + name + " -o yaml, then kubectl rollout resume " + name}
	case kind == "StatefulSet" && l.w.Strategy != record.OnDelete:
		return []string{"once the pods from there on do their work, let the others follow: kubectl patch " + name + ` --type merge --patch '{"spec":{"updateStrategy":{"rollingUpdate":{"partition":0}}}}'`,
			"to delete them is of no use: below the partition they are made again from the old template"}
	}
	steps := []string{"then delete its pods, one after the other, each once the one before is there again and ready"}
	return append(steps, l.deletions(len(l.pods), func(i int) model.Ref { return l.pods[i].Ref() })...)
}

// jobs says how to end the runs that are under way.
func (l *lingering) jobs() []string {
	var jobs []model.Ref
	for _, pod := range l.pods {
		if o := pod.Owner; o != nil && !slices.Contains(jobs, o.Ref(pod.Namespace)) {
			jobs = append(jobs, o.Ref(pod.Namespace))
		}
	}
	return append([]string{"wait until they have ended, or end them where their work may be lost"},
		l.deletions(len(jobs), func(i int) model.Ref { return jobs[i] })...)
}

// deletions gives a command for each object to delete; how to find the others where they are many.
func (l *lingering) deletions(n int, at func(int) model.Ref) []string {
	const most = 10
	var steps []string
	for i := range min(n, most) {
		ref := at(i)
		if why := badRef(ref); why != "" {
			steps = append(steps, "delete "+ref.String()+", for which no command is given: "+why)
			continue
		}
		steps = append(steps, "kubectl delete "+target(ref))
	}
	if n > most {
		more := fmt.Sprintf("and %d more of them: kubectl get %s --namespace %s", n-most, strings.ToLower(at(0).Kind)+"s", quote(l.w.Namespace))
		if s := l.w.Selector; s != nil && (len(s.MatchLabels)+len(s.MatchExpressions)) > 0 {
			more += " --selector " + quote(metav1.FormatLabelSelector(s))
		}
		steps = append(steps, more)
	}
	return steps
}

// older notes a finding that only pods show which are older than the template, or which somebody debugs; false where there is
// more to it.
func (p *planner) older(owner model.Ref, f *model.Finding) bool {
	for _, pod := range p.pods(owner) {
		t := &corev1.PodTemplateSpec{Spec: corev1.PodSpec{EphemeralContainers: pod.Ephemeral(), Volumes: pod.Template.Decode().Spec.Volumes}}
		if len(pod.Ephemeral()) > 0 && len(hitsOf(f.Rule.ID, t)) > 0 {
			p.debugged(f, "the template of "+owner.String()+" does not show it: it came with an ephemeral container")
			return true
		}
	}
	w, ok := p.c.Get(owner).(*record.Workload)
	if !ok {
		return false
	}
	l := p.lingering(w)
	if !l.shows(f.Rule.ID) {
		return false
	}
	p.note(f, "the template of "+owner.String()+" does not show it, and pods that it has made do; "+l.why(), append(l.steps(),
		"if new ones show it too, something adds it when they are made: kubectl get mutatingwebhookconfigurations,mutatingadmissionpolicies")...)
	return true
}
