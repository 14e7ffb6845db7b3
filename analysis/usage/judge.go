package usage

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
)

// judge goes through one state of what is used.
type judge struct {
	pods []consumer
	// top is the most that one container uses, by node.
	top        map[string]int64
	namespaces *model.NamespaceUse
	// quiet are the namespaces that were asked for: whether nothing was used there for so long as is told.
	quiet map[string]bool
}

// consumer is a pod with its usage.
type consumer struct {
	name       types.NamespacedName
	containers []string
	usage      *model.PodUsage
	facts      Facts
	known      bool
}

func newJudge(u *model.Usage, facts func(types.NamespacedName) (Facts, bool)) *judge {
	j := &judge{pods: make([]consumer, 0, len(u.Pods)), top: map[string]int64{}, namespaces: u.Namespaces, quiet: map[string]bool{}}
	for name, usage := range u.Pods {
		if usage == nil {
			continue
		}
		c := consumer{name: name, usage: usage}
		c.facts, c.known = facts(name)
		for container, s := range usage.Containers {
			x, ok := s.Last()
			if !ok {
				continue
			}
			c.containers = append(c.containers, container)
			if c.facts.Node != "" {
				j.top[c.facts.Node] = max(j.top[c.facts.Node], x.CPU)
			}
		}
		slices.Sort(c.containers)
		j.pods = append(j.pods, c)
	}
	return j
}

// pod gives the signals of one pod.
func (j *judge) pod(p *consumer) []Signal {
	var all []Signal
	for _, name := range p.containers {
		series := p.usage.Containers[name]
		last, _ := series.Last()
		c, inSpec := p.facts.Containers[name]
		if !candidate(last.CPU, &c, p.known && !inSpec) {
			continue
		}
		samples := history(series.All(), p.facts.Started)
		if len(samples) == 0 {
			continue
		}
		tell := func(kind string, run []model.Sample, says string) {
			all = append(all, Signal{Kind: kind, Pod: p.name, Container: name, Owner: p.facts.Owner,
				Since: run[0].At, Samples: len(run), CPU: last.CPU, Says: says})
		}
		if c.Args != "" {
			tell(KindMiner, samples, "suspicious arguments, as miners take them: "+c.Args+"; it uses "+CPU(last.CPU))
		}
		if p.known && len(p.facts.Containers) > 0 {
			if run := strange(samples, &c, inSpec); run != nil {
				tell(KindStranger, run, sayStrange(run, inSpec))
			}
		}
		if run := steady(samples, j.leastFlat(p, last.CPU)); run != nil && j.consumes(p, &c) {
			tell(KindFlat, run, sayFlat(run, &c, p.facts.NodeCPU))
		}
		if run := trailing(samples, wokenCPU); len(run) >= wokenRun && j.wakes(p.name.Namespace) {
			tell(KindWoken, run, sayWoken(run))
		}
		if run, before := risen(samples); run != nil {
			tell(KindRisen, run, sayRisen(run, before))
		}
		if run := saturated(samples, c.Limits.CPULimit); run != nil {
			tell(KindSaturated, run, saySaturated(run, c.Limits))
		}
	}
	return all
}

// candidate tells by the newest sample whether any signal can hold, so that most series need not be read.
func candidate(cpu int64, c *Container, stranger bool) bool {
	limit := c.Limits.CPULimit
	return c.Args != "" || stranger || c.Ephemeral && cpu >= ephemeralCPU || cpu >= min(flatTop, wokenCPU, risenCPU) ||
		limit > 0 && cpu >= share(limit, saturatedShare)
}

// leastFlat is the least of a flat use: near a core, and less of the top consumer of a node.
func (j *judge) leastFlat(p *consumer, last int64) int64 {
	if p.facts.Node != "" && last >= j.top[p.facts.Node] {
		return flatTop
	}
	return flatCPU
}

// consumes tells that a container with a steady use is all else that makes that suspicious: without a limit, of a public image that is named
// by tag alone, with the way out open.
func (j *judge) consumes(p *consumer, c *Container) bool {
	if c.Limits.CPULimit > 0 || !c.Public || !c.TagOnly {
		return false
	}
	return c.Open || p.facts.Egress != nil && p.facts.Egress()
}

// wakes tells that nothing was used in a namespace over many rounds since measuring began, by pods that are gone meanwhile neither.
func (j *judge) wakes(name string) bool {
	quiet, known := j.quiet[name]
	if !known {
		quiet = j.namespaces.Quiet(name, calm, usedCPU)
		j.quiet[name] = quiet
	}
	return quiet
}

func sayStrange(run []model.Sample, inSpec bool) string {
	if inSpec {
		return "suspicious: " + CPU(mean(run)) + " " + over(run) + " in an ephemeral container, which somebody put into the running pod"
	}
	return "suspicious: " + CPU(mean(run)) + " " + over(run) + " in a container that stands in no spec of the pod"
}

func sayFlat(run []model.Sample, c *Container, node int64) string {
	of := ""
	if node > 0 {
		of = fmt.Sprintf("(%d %% of its node) ", mean(run)*100/node)
	}
	return strings.Join([]string{"suspicious: a steady", CPU(mean(run)), of + over(run), "without a CPU limit, by", c.Image + ",",
		"a public image named by tag alone, which may talk to any address outside"}, " ")
}

func sayWoken(run []model.Sample) string {
	return "suspicious: " + CPU(mean(run)) + " " + over(run) + " in a namespace where nothing was used before"
}
