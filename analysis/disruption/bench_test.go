package disruption

import (
	"fmt"
	"testing"

	"canopy/model"
	"canopy/model/cluster"
)

// crowded is a cluster of 10,000 pods and 500 budgets, all in one namespace.
func crowded(b *testing.B) *court {
	court := newCourt(b)
	for i := range 500 {
		app := fmt.Sprint("app-", i)
		for _, r := range read(b, set("StatefulSet", app, 20, app)+"\n---\n"+pdb(app, "minAvailable: 75%, selector: {matchLabels: {app: "+app+"}}", "")) {
			court.take(model.Put(r))
		}
		for k := range 20 {
			labels := fmt.Sprintf("app: %s, apps.kubernetes.io/pod-index: '%d'", app, k)
			court.take(model.Put(read(b, pod(fmt.Sprint(app, "-", k), labels, fmt.Sprint("n", (i+k)%300), owned("apps/v1", "StatefulSet", app), ", volumes: [{name: t, emptyDir: {}}]"))[0]))
		}
	}
	court.flush()
	return court
}

// BenchmarkBudgetPod measures one pod that becomes ready or not, comes or goes.
func BenchmarkBudgetPod(b *testing.B) {
	court := crowded(b)
	var ready, not []cluster.Delta
	for i := range 500 {
		key := model.KindByName("Pod").Ref("shop", fmt.Sprint("app-", i, "-3"))
		was := court.c.Get(key)
		now := read(b, pod(key.Name, fmt.Sprintf("app: app-%d, x: z", i), "n5", owned("apps/v1", "StatefulSet", fmt.Sprint("app-", i)), ""))[0]
		not = append(not, cluster.Delta{Ref: key, Old: was, New: now})
		ready = append(ready, cluster.Delta{Ref: key, Old: now, New: was})
	}
	i := 0
	for b.Loop() {
		list := not
		if i/500%2 == 1 {
			list = ready
		}
		court.a.Update(court.c, list[i%500])
		court.a.Flush(court.c, court.out)
		i++
	}
}

// BenchmarkDrain measures what a plan asks of every node.
func BenchmarkDrain(b *testing.B) {
	court := crowded(b)
	i := 0
	for b.Loop() {
		court.a.Drain(court.c, fmt.Sprint("n", i%300))
		i++
	}
}

// BenchmarkBudgets measures a cluster that is read at once.
func BenchmarkBudgets(b *testing.B) {
	court := crowded(b)
	for b.Loop() {
		court.anew()
	}
}
