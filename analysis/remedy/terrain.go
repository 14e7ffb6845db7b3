package remedy

import (
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/catalogue"
	"canopy/analysis/exposure"
	"canopy/analysis/network"
	"canopy/analysis/network/plugin"
	"canopy/analysis/rollout"
	"canopy/analysis/segmentation"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// terrain is what of a cluster decides who reaches whom, to be changed and judged again. It is an analysis.Findings.
type terrain struct {
	c    *cluster.Cluster
	net  *network.Analyser
	ways *exposure.Analyser
	// judge is nil where nothing is judged.
	judge *segmentation.Analyser
	held  map[string]*model.Finding
	// step counts what was carried out; began and ended say with which step a finding did.
	step         int
	began, ended map[string]int
}

// aside tells kinds of which there is much and that have no say in who reaches whom. Pods are told one by one.
func aside(gk schema.GroupKind) bool {
	switch gk.Group {
	case model.GroupRBAC, model.GroupAdmission:
		return true
	case "":
		switch gk.Kind {
		case "Pod", "Secret", "ConfigMap", "ServiceAccount", "Event", "PersistentVolume", "PersistentVolumeClaim":
			return true
		}
	}
	return false
}

// newTerrain copies what counts, with some pods. The records are shared. Nothing is judged without rules.
func newTerrain(c *cluster.Cluster, pods []*record.Pod, rules catalogue.Set) *terrain {
	t := &terrain{c: cluster.New(), net: network.New(), ways: exposure.New(), held: map[string]*model.Finding{}, began: map[string]int{}, ended: map[string]int{}}
	if rules != nil {
		// What time alone decides is mended by no document.
		t.judge = segmentation.New(rules, model.FixedClock(time.Time{}))
	}
	for _, cov := range c.Coverage() {
		t.c.Cover(cov)
		t.net.Covered(t.c, cov.Kind)
		if t.judge != nil {
			t.judge.Covered(t.c, cov.Kind)
		}
	}
	t.net.Surroundings(plugin.Detect(c))
	for _, gk := range c.Kinds() {
		if aside(gk) {
			continue
		}
		for r := range c.All(gk) {
			t.apply(model.Put(r))
		}
	}
	for _, p := range pods {
		t.apply(model.Put(p))
	}
	t.flush()
	return t
}

func (t *terrain) apply(ch model.Change) {
	d, ok := t.c.Apply(ch)
	if !ok {
		return
	}
	t.net.Update(t.c, d)
	t.ways.Update(t.c, d)
	if t.judge != nil {
		t.judge.Update(t.c, d)
	}
}

func (t *terrain) flush() {
	t.net.Flush(t.c)
	wd := t.ways.Flush(t.c)
	if t.judge != nil {
		t.judge.Flush(t.c, t.net, t.ways, wd, t)
	}
}

// Put takes a finding.
func (t *terrain) Put(f *model.Finding) {
	if t.held[f.ID] == nil {
		t.began[f.ID] = t.step
	}
	t.held[f.ID] = f
}

// Drop forgets one.
func (t *terrain) Drop(id string) {
	delete(t.held, id)
	t.ended[id] = t.step
}

// carryOut makes what the rollout foretells of one step true.
func (t *terrain) carryOut(step model.Step) error {
	t.step++
	changes, _, err := rollout.Expand(t.c, model.Plan{Steps: []model.Step{step}})
	if err != nil {
		return err
	}
	for _, ch := range changes {
		t.apply(ch)
	}
	t.flush()
	return nil
}
