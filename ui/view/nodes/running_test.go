package nodes

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/usage"
	"canopy/model"
	"canopy/ui/view/viewtest"
)

// TestInitialising holds that a container that initialises a pod is a stranger to nobody while it runs, and is listed until it has ended.
func TestInitialising(t *testing.T) {
	const pod = `{apiVersion: v1, kind: Pod, metadata: {name: slow, namespace: shop, uid: slow}, spec: {nodeName: n1, initContainers: [{name: migrate, image: db, resources: {limits: {cpu: "2"}}}], containers: [{name: app, image: app}]},
  status: {phase: Pending, initContainerStatuses: [{name: migrate, state: {STATE: {}}}]}}`
	session := viewtest.Bare(t)
	name := types.NamespacedName{Namespace: "shop", Name: "slow"}
	for _, c := range []struct {
		state string
		used  string
		want  int
	}{{"running", "migrate", 2}, {"terminated", "", 1}, {"running", "stranger", 3}} {
		session.Apply(viewtest.Objects(t, []byte(strings.ReplaceAll(pod, "STATE", c.state)))...)
		r := (&Keeper{}).inventory(session.Report().Inventory)
		u := &model.Usage{State: model.UsageGood, Asked: viewtest.Now, Pods: map[types.NamespacedName]*model.PodUsage{name: {Containers: map[string]*model.Series{}}}}
		if c.used != "" {
			u.Pods[name].Containers[c.used] = history(300, 300, 300, 300, 300)
		}
		if got := r.byName[name].containers(u); len(got) != c.want {
			t.Errorf("%s: containers %q", c.state, got)
		}
		signals := usage.Signals(u, func(n types.NamespacedName) (usage.Facts, bool) {
			return r.factsOf(n, func(types.NamespacedName) bool { return true })
		}, viewtest.Now)
		if strange := len(signals) > 0 && signals[0].Kind == usage.KindStranger; strange != (c.used == "stranger") {
			t.Errorf("%s: signals %+v", c.used, signals)
		}
	}
}
