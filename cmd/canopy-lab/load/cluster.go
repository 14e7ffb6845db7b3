// Package load fills an API server with a large, realistic cluster that is the same for the same seed. It needs no controllers: owners, their pods and the
// statuses of both are written directly.
package load

import (
	"fmt"
	"math/rand/v2"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
)

// object is anything that the API server stores.
type object interface {
	runtime.Object
	metav1.Object
}

// item is an object to be written. Its owner is written in an earlier stage, and its uid is known from then on.
type item struct {
	object  object
	owner   *item
	manager string // field manager of the object
	status  string // field manager of the status; empty: no status is set
}

// Cluster is everything that a load writes, in stages: an object refers to objects of earlier stages only.
type Cluster struct {
	stages [][]*item
}

// Objects counts all objects.
func (c *Cluster) Objects() int {
	count := 0
	for _, stage := range c.stages {
		count += len(stage)
	}
	return count
}

// stage numbers; what stands in one stage is written concurrently.
const (
	stageBase     = iota // namespaces, nodes, volumes, cluster roles
	stageAccounts        // accounts, roles
	stageConfig          // bindings, configuration, policies, services, claims
	stageOwners          // Deployments, StatefulSets, DaemonSets, CronJobs
	stageOwned           // ReplicaSets, Jobs
	stagePods
	stageEndpoints
	stages
)

// generator draws a cluster from one stream of random numbers.
type generator struct {
	*rand.Rand
	Cluster
	namespaces []string
	nodes      []string
	pods       int // pods made so far
	wanted     int // pods to make
	apps       int // workloads made so far
}

// Realistic draws a cluster with that many pods and, for every 10,000, about 17,000 other objects.
func Realistic(pods int, seed uint64) *Cluster {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 0x63616e6f7079)), wanted: pods}
	g.stages = make([][]*item, stages)
	g.makeNamespaces(max(4, pods/200))
	g.makeNodes(max(3, pods/100))
	for range max(1, pods/1000) {
		g.daemonSet()
	}
	for g.pods < g.wanted {
		switch draw := g.IntN(100); {
		case draw < 12:
			g.cronJob()
		case draw < 25:
			g.statefulSet()
		default:
			g.deployment()
		}
	}
	g.rbac(pods * 15 / 100)
	return &g.Cluster
}

// Minimal draws that many pods of one small container, without owners, on nodes of a number that fits them.
func Minimal(pods int, seed uint64) *Cluster {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 0x6d696e696d616c)), wanted: pods}
	g.stages = make([][]*item, stages)
	g.makeNamespaces(max(1, pods/1000))
	g.makeNodes(max(3, pods/100))
	for i := range pods {
		pod := &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("pod-%05d", i), Namespace: pick(g, g.namespaces)},
			Spec:       corev1.PodSpec{NodeName: pick(g, g.nodes), Containers: []corev1.Container{{Name: "main", Image: "registry.example/minimal:1"}}},
		}
		g.addPod(pod, nil, corev1.PodRunning)
	}
	return &g.Cluster
}

// add puts an object into a stage.
func (g *generator) add(stage int, object object, owner *item, manager, status string) *item {
	added := &item{object: object, owner: owner, manager: manager, status: status}
	g.stages[stage] = append(g.stages[stage], added)
	return added
}

// addPod completes a pod with the status of one that runs, or has ended.
func (g *generator) addPod(pod *corev1.Pod, owner *item, phase corev1.PodPhase) {
	g.pods++
	// Addresses count up, so that each is unique: 10.128.0.0/9 holds eight million.
	number := g.pods
	pod.Status = podStatus(pod, phase, fmt.Sprintf("10.%d.%d.%d", 128+number/62500, number/250%250, 1+number%250), g.hexadecimal(64))
	g.add(stagePods, pod, owner, "kube-controller-manager", "kubelet")
}

// pick draws one of several.
func pick[T any](g *generator, from []T) T { return from[g.IntN(len(from))] }

// chance is true in so many of 100 cases.
func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

// suffix draws what the API server appends to generated names.
func (g *generator) suffix(length int) string {
	return g.letters("bcdfghjklmnpqrstvwxz2456789", length)
}

func (g *generator) hexadecimal(length int) string { return g.letters("0123456789abcdef", length) }

func (g *generator) letters(alphabet string, length int) string {
	text := make([]byte, length)
	for i := range text {
		text[i] = alphabet[g.IntN(len(alphabet))]
	}
	return string(text)
}

// setOwner makes an item's object refer to its owner, whose uid is known by now.
func (i *item) setOwner(uid types.UID, apiVersion, kind string) {
	yes := true
	i.object.SetOwnerReferences([]metav1.OwnerReference{{
		APIVersion: apiVersion, Kind: kind, Name: i.owner.object.GetName(), UID: uid, Controller: &yes, BlockOwnerDeletion: &yes,
	}})
}
