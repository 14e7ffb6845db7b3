package rollout

import (
	"strings"
	"testing"

	"canopy/model"
	"canopy/model/cluster"
)

// TestEventsAreNoChange holds that a plan with an Event in it can be looked at, and that what is left out is told.
func TestEventsAreNoChange(t *testing.T) {
	step := model.Step{Verb: model.Create, Ref: model.KindByName("Event").Ref("shop", "x"),
		Body: []byte(`{"apiVersion":"v1","kind":"Event","metadata":{"namespace":"shop","name":"x"},"message":"hello"}`)}
	changes, assumed, err := Expand(cluster.New(), model.Plan{Steps: []model.Step{step}})
	if err != nil || len(changes) > 0 || len(assumed) != 1 || !strings.Contains(assumed[0], "shop/Event/x") {
		t.Errorf("%v, %q, %v", changes, assumed, err)
	}
}
