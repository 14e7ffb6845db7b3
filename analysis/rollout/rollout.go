// Package rollout plays what a plan would do to a cluster before anything is written: its steps, and then what admission
// and the controllers would make of them. Owners get their patched templates, their pods are made again from those, the
// children of what is deleted go with it. Where Pod Security refuses a new pod the old one stays, or there is none.
//
// What cannot be known from here, such as what a mutating webhook does to a pod, is told as an assumption.
package rollout

import (
	"fmt"
	"slices"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// Expand gives the changes that carrying out a plan on a cluster would come to once the controllers have settled, and the
// assumptions under which that holds. The cluster is only read. Equal input gives equal output. An error names the step
// and the object: one that is not there, a patch that does not apply, a field that may not be changed.
func Expand(c *cluster.Cluster, plan model.Plan) (changes []model.Change, assumptions []string, err error) {
	d := newDraft(c)
	for i := range plan.Steps {
		if err := d.step(plan.Steps[i]); err != nil {
			return nil, nil, fmt.Errorf("step %d, %s %s: %w", i+1, plan.Steps[i].Verb, plan.Steps[i].Ref, err)
		}
	}
	p := &player{draft: d, seen: map[readmission]record.Template{}, refusals: map[posture]string{}}
	p.aggregate()
	// What the controllers touch is added to the draft's order behind what the steps touched, and is not played again.
	for _, ref := range slices.Clone(d.order) {
		if err := p.play(ref); err != nil {
			return nil, nil, fmt.Errorf("rollout of %s: %w", ref, err)
		}
	}
	d.hostNetwork()
	return d.changes(), d.assumptions, nil
}
