package resources

import (
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/model/record"
)

// trouble grades a status: the higher, the sooner somebody should look.
type trouble uint8

const (
	// well runs as it should, or has nothing to run; over has run to its end.
	well trouble = iota
	over
	// held was stopped or is being changed by somebody.
	held
	leaving
	waiting
	failed
)

// podStatus says in a word how a pod is.
func podStatus(p *record.Pod) (string, trouble) {
	phase := string(p.Phase)
	switch {
	case p.Deleted != 0:
		return "Terminating", leaving
	case p.Phase == corev1.PodFailed && p.Reason != "":
		return p.Reason, failed
	case p.Phase == corev1.PodFailed:
		return phase, failed
	case p.Phase == corev1.PodSucceeded:
		return phase, over
	case p.Reason != "":
		return p.Reason, failed
	case p.Phase == corev1.PodPending:
		return phase, waiting
	case p.Phase == corev1.PodUnknown:
		return phase, failed
	}
	// Objects out of files have no phase.
	return phase, well
}

// podReady counts the containers of a pod that are ready. The record tells of all of them together whether they are, and of
// each whether it runs: where the pod is not ready, at least one of them is not.
func podReady(p *record.Pod, t *template) (ready, wanted int) {
	wanted = len(p.Containers)
	if t != nil {
		wanted = t.long
	}
	switch {
	case p.Finished():
		return 0, wanted
	case p.Ready:
		return wanted, wanted
	}
	for i := range p.Containers {
		c := &p.Containers[i]
		if c.Type == record.Ordinary && c.State == record.Running {
			ready++
		}
	}
	return max(0, min(ready, wanted-1)), wanted
}

// census counts pods by what is wrong with them.
type census struct {
	words  []string
	counts map[string]int
	worst  trouble
}

// add counts a pod that somebody should look at.
func (c *census) add(status string, t trouble) {
	if t >= leaving {
		c.tell(status, t)
	}
}

func (c *census) tell(status string, t trouble) {
	if c.counts == nil {
		c.counts = map[string]int{}
	}
	if c.counts[status] == 0 {
		c.words = append(c.words, status)
	}
	c.counts[status]++
	c.worst = max(c.worst, t)
}

func (c *census) join(o *census) {
	for _, w := range o.words {
		if c.counts == nil {
			c.counts = map[string]int{}
		}
		if c.counts[w] == 0 {
			c.words = append(c.words, w)
		}
		c.counts[w] += o.counts[w]
	}
	c.worst = max(c.worst, o.worst)
}

// String is "2 Pending, 1 Evicted".
func (c *census) String() string {
	var b strings.Builder
	for i, w := range c.words {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.Itoa(c.counts[w]) + " " + w)
	}
	return b.String()
}

// ownerStatus says what is out of the ordinary about an owner of pods.
func ownerStatus(w *record.Workload, rolling bool, below *census) (string, trouble) {
	if w != nil && w.Deleted != 0 {
		return "Terminating", leaving
	}
	if len(below.words) > 0 {
		return below.String(), below.worst
	}
	switch {
	case rolling:
		return "rolling out", held
	case w == nil:
	case w.Suspended && w.Kind.Kind == "Deployment":
		return "paused", held
	case w.Suspended:
		return "suspended", held
	case w.Replicas == 0:
		return "scaled to 0", held
	}
	return "", well
}

// nodeStatus says whether a node takes pods.
func nodeStatus(n *corev1.Node) (string, trouble) {
	status, t := "", well
	for i := range n.Status.Conditions {
		if c := &n.Status.Conditions[i]; c.Type == corev1.NodeReady {
			switch c.Status {
			case corev1.ConditionTrue:
				status = "Ready"
			case corev1.ConditionFalse:
				status, t = "NotReady", failed
			default:
				status, t = "Unknown", failed
			}
		}
	}
	if n.Spec.Unschedulable {
		status = strings.TrimPrefix(status+", cordoned", ", ")
		t = max(t, held)
	}
	return status, t
}
