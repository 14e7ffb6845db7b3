package demo

import (
	"context"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/usage"
	"canopy/model"
	"canopy/model/record"
)

// metered measures the demo from its start for some time, in a bubble of its own time, and gives every state with when it was told.
func metered(t *testing.T, play bool, long time.Duration) (states []*model.Usage, player *Player, jungle *Jungle) {
	t.Helper()
	jungle, err := New(Start)
	if err != nil {
		t.Fatal(err)
	}
	clock := shifted{time.Until(Start)}
	player = NewPlayer(clock)
	ctx, stop := context.WithTimeout(t.Context(), long)
	defer stop()
	done := make(chan error, 1)
	if play {
		go func() { done <- player.Run(ctx, &book{begun: time.Now()}, jungle) }()
	} else {
		done <- nil
	}
	asked := 0
	meter := NewMeter(clock, func() *Crowd {
		if asked++; asked == 1 {
			return nil
		}
		return player.Crowd(jungle)
	})
	meter.Measure(ctx, func(u *model.Usage) { states = append(states, u) })
	if err := <-done; err != nil {
		t.Error(err)
	}
	return states, player, jungle
}

// shifted is a clock that is ahead.
type shifted struct{ by time.Duration }

func (s shifted) Now() time.Time                         { return time.Now().Add(s.by).UTC() }
func (s shifted) After(d time.Duration) <-chan time.Time { return time.After(d) }

// TestMeterBegins is loading until the cluster is there, and has a history then.
func TestMeterBegins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		states, _, jungle := metered(t, false, 40*time.Second)
		if len(states) != 4 || states[0].State != model.UsageLoading {
			t.Fatalf("%d states, first %+v", len(states), states[0])
		}
		u := states[1]
		if u.State != model.UsageGood || len(u.Nodes) != 6 || u.Next.Sub(u.Asked) > measured {
			t.Errorf("%+v", u)
		}
		running := 0
		for _, o := range jungle.Objects() {
			if p, ok := o.(*corev1.Pod); ok && live(p) && p.Status.Phase == corev1.PodRunning {
				running++
				one := u.Pods[types.NamespacedName{Namespace: p.Namespace, Name: p.Name}]
				if one == nil {
					t.Errorf("%s/%s is not measured", p.Namespace, p.Name)
					continue
				}
				if len(one.Containers) != len(p.Spec.Containers)+len(p.Spec.EphemeralContainers) {
					t.Errorf("%s/%s has %d containers measured", p.Namespace, p.Name, len(one.Containers))
				}
				for name, s := range one.Containers {
					if x, _ := s.Last(); s.Len() != remembered || x.CPU <= 0 || x.Memory <= 0 || time.Unix(x.At, 0).After(u.Asked) {
						t.Errorf("%s/%s/%s: %d samples, %+v", p.Namespace, p.Name, name, s.Len(), x)
					}
				}
			}
		}
		if running != len(u.Pods) || running < 150 {
			t.Errorf("%d pods run, %d are measured", running, len(u.Pods))
		}
		for i, v := range states[2:] {
			for name, s := range v.Nodes {
				if s.Len() != remembered+1+i {
					t.Errorf("%s has %d samples after %d more rounds", name, s.Len(), i+1)
				}
			}
		}
		again, _, _ := metered(t, false, 3*time.Second)
		for name, p := range u.Pods {
			for c, s := range p.Containers {
				if other := again[1].Pods[name].Containers[c]; !reflect.DeepEqual(s.All(), other.All()) {
					t.Errorf("%s/%s differs from one look to the next", name, c)
				}
			}
		}
	})
}

// TestMeterFollowsTheStory measures two loops: what comes is measured, what goes is dropped, and what reboots is missed.
func TestMeterFollowsTheStory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		states, _, _ := metered(t, true, 8*time.Minute)
		debug, away, back := false, false, false
		for _, u := range states[1:] {
			seen := false
			for name := range u.Pods {
				seen = seen || name.Namespace == "kube-system" && len(name.Name) > len(debugPrefix) && name.Name[:len(debugPrefix)] == debugPrefix
			}
			debug = debug || seen
			back = back || away && u.Nodes[rebooted] != nil
			away = away || u.Nodes[rebooted] == nil
			for name, p := range u.Pods {
				for c, s := range p.Containers {
					if s.Len() > kept {
						t.Fatalf("%s/%s has %d samples", name, c, s.Len())
					}
				}
			}
		}
		last := states[len(states)-1]
		if !debug || len(last.Pods) > len(states[1].Pods)+5 {
			t.Errorf("debug pod measured: %v; pods %d, at first %d", debug, len(last.Pods), len(states[1].Pods))
		}
		// The node is away for thirteen seconds, which may fall between two measurements.
		if away && !back {
			t.Error("the node that reboots does not come back")
		}
	})
}

// TestMeterPlantsOneSuspicion looks suspicious in one place, all the time, whatever is played.
func TestMeterPlantsOneSuspicion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		states, player, jungle := metered(t, true, 5*time.Minute)
		records := map[types.NamespacedName]*record.Pod{}
		capacity := map[string]int64{}
		player.mutex.Lock()
		for _, o := range player.open(jungle).all {
			switch o := o.(type) {
			case *corev1.Pod:
				r, err := record.Make(o.DeepCopy())
				if err != nil {
					t.Fatal(err)
				}
				records[types.NamespacedName{Namespace: o.Namespace, Name: o.Name}] = r.(*record.Pod)
			case *corev1.Node:
				capacity[o.Name] = o.Status.Capacity.Cpu().MilliValue()
			}
		}
		player.mutex.Unlock()
		reader := usage.NewReader(usage.Lookups{NodeCPU: func(name string) int64 { return capacity[name] }})
		facts := func(name types.NamespacedName) (usage.Facts, bool) {
			r := records[name]
			if r == nil {
				return usage.Facts{}, false
			}
			return reader.Of(r), true
		}
		for _, u := range states[1:] {
			signals := usage.Signals(u, facts, u.Asked)
			if len(signals) != 1 || signals[0].Kind != usage.KindStranger || signals[0].Pod.Name != busyPod || signals[0].Container != busyContainer ||
				signals[0].Samples < 25 {
				t.Fatalf("at %s: %+v", u.Asked, signals)
			}
		}
		t.Log(usage.Signals(states[1], facts, states[1].Asked)[0].Says)
		for name, s := range states[1].Nodes {
			x, _ := s.Last()
			if x.CPU >= capacity[name] || x.CPU < systemCPU {
				t.Errorf("%s uses %dm of %dm", name, x.CPU, capacity[name])
			}
			t.Logf("%s uses %s of %s, %s", name, usage.CPU(x.CPU), usage.CPU(capacity[name]), usage.Memory(x.Memory))
		}
	})
}
