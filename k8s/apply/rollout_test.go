package apply

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"canopy/model"
)

func parse(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	data, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	u := &unstructured.Unstructured{}
	if err := u.UnmarshalJSON(data); err != nil {
		t.Fatal(err)
	}
	return u
}

// TestRollout goes through the stages of every kind of owner.
func TestRollout(t *testing.T) {
	tests := []struct{ want, words, manifest string }{
		{"waits", "not seen", "kind: Deployment\nmetadata: {generation: 2}\nspec: {replicas: 2}\nstatus: {observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 2}"},
		{"waits", "1 of 2 pods are new", "kind: Deployment\nspec: {replicas: 2}\nstatus: {replicas: 3, updatedReplicas: 1}"},
		{"waits", "1 old pods", "kind: Deployment\nspec: {replicas: 2}\nstatus: {replicas: 3, updatedReplicas: 2}"},
		{"waits", "1 of 2 new pods are available", "kind: Deployment\nspec: {replicas: 2}\nstatus: {replicas: 2, updatedReplicas: 2, availableReplicas: 1}"},
		{"done", "All 2 pods", "kind: Deployment\nspec: {replicas: 2}\nstatus: {replicas: 2, updatedReplicas: 2, availableReplicas: 2}"},
		{"done", "All 0 pods", "kind: Deployment\nspec: {replicas: 0}"},
		{"failed", "deadline", "kind: Deployment\nspec: {replicas: 2}\nstatus: {conditions: [{type: Progressing, reason: ProgressDeadlineExceeded}]}"},
		{"warned", "paused", "kind: Deployment\nspec: {replicas: 2, paused: true}"},
		{"waits", "0 of 3 pods are new", "kind: DaemonSet\nstatus: {desiredNumberScheduled: 3}"},
		{"waits", "2 of 3 new pods", "kind: DaemonSet\nstatus: {desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 2}"},
		{"done", "All 3", "kind: DaemonSet\nstatus: {desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3}"},
		{"warned", "OnDelete", "kind: DaemonSet\nspec: {updateStrategy: {type: OnDelete}}"},
		{"waits", "1 of 2 pods are new", "kind: StatefulSet\nspec: {replicas: 3, updateStrategy: {rollingUpdate: {partition: 1}}}\nstatus: {updatedReplicas: 1}"},
		{"waits", "2 of 3 pods are ready", "kind: StatefulSet\nspec: {replicas: 3}\nstatus: {updatedReplicas: 3, readyReplicas: 2}"},
		{"waits", "last pods", "kind: StatefulSet\nspec: {replicas: 1}\nstatus: {updatedReplicas: 1, readyReplicas: 1, updateRevision: b, currentRevision: a}"},
		{"done", "All 1", "kind: StatefulSet\nspec: {replicas: 1}\nstatus: {updatedReplicas: 1, readyReplicas: 1, updateRevision: a, currentRevision: a}"},
		{"warned", "keeps 1 of 3", "kind: StatefulSet\nspec: {replicas: 3, updateStrategy: {rollingUpdate: {partition: 1}}}\nstatus: {updatedReplicas: 2, readyReplicas: 3}"},
		{"warned", "OnDelete", "kind: StatefulSet\nspec: {updateStrategy: {type: OnDelete}}"},
		{"waits", "0 of 1 pods are there", "kind: ReplicaSet\nspec: {replicas: 1}"},
		{"waits", "0 of 1 pods are available", "kind: ReplicaSet\nmetadata: {generation: 1}\nspec: {replicas: 1}\nstatus: {observedGeneration: 1, replicas: 1}"},
		{"warned", "never replaces", "kind: ReplicationController\nmetadata: {generation: 2}\nspec: {replicas: 1}\nstatus: {observedGeneration: 2, replicas: 1, availableReplicas: 1}"},
		{"done", "All 1", "kind: ReplicaSet\nspec: {replicas: 1}\nstatus: {replicas: 1, availableReplicas: 1}"},
		{"done", "next run", "kind: CronJob"},
		{"done", "was made", "kind: Job"},
		{"waits", "not ready", "kind: Pod\nstatus: {phase: Running}"},
		{"done", "is ready", "kind: Pod\nstatus: {phase: Running, conditions: [{type: Ready, status: 'True'}]}"},
		{"done", "to its end", "kind: Pod\nstatus: {phase: Succeeded}"},
		{"failed", "failed", "kind: Pod\nstatus: {phase: Failed}"},
	}
	for _, tt := range tests {
		s := rollout(parse(t, "apiVersion: v1\n"+tt.manifest))
		got := "waits"
		switch {
		case s.done:
			got = "done"
		case s.warned:
			got = "warned"
		case s.failed:
			got = "failed"
		}
		if got != tt.want || !strings.Contains(s.message, tt.words) {
			t.Errorf("%s\ngot %s: %s", tt.manifest, got, s.message)
		}
	}
}

func TestPodTrouble(t *testing.T) {
	pod := parse(t, `
apiVersion: v1
kind: Pod
metadata: {name: web-1}
status:
  conditions: [{type: PodScheduled, status: "False", reason: Unschedulable, message: "0/3 nodes are available"}]
  initContainerStatuses: [{name: init, state: {waiting: {reason: ImagePullBackOff}}}]
  containerStatuses:
  - {name: app, state: {waiting: {reason: CreateContainerConfigError, message: container has runAsNonRoot and image will run as root}}}
  - {name: side, state: {waiting: {reason: ContainerCreating}}}
  - {name: fine, state: {running: {}}}
`)
	got := strings.Join(podTrouble(fields{pod}), "|")
	if want := `pod web-1, container init: ImagePullBackOff|pod web-1, container app: CreateContainerConfigError "container has runAsNonRoot and image will run as root"|pod web-1 finds no node: "0/3 nodes are available"`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestTouchesTemplate(t *testing.T) {
	ref := model.KindByName("Deployment").Ref("n", "d")
	for body, want := range map[string]bool{
		`{"spec":{"template":{"spec":{"hostPID":null}}}}`:  true,
		`{"spec":{"jobTemplate":{}}}`:                      true,
		`{"metadata":{"labels":{"template":"x"}}}`:         false,
		`{"spec":{"replicas":2}}`:                          false,
		`[{"op":"remove","path":"/spec/template/spec/x"}]`: true,
		`[{"op":"replace","path":"/spec","value":{}}]`:     true,
		`[{"op":"remove","path":"/spec/replicas"}]`:        false,
		`5`: false,
	} {
		step := model.Step{Verb: model.Patch, Ref: ref, PatchType: types.StrategicMergePatchType, Body: []byte(body)}
		if strings.HasPrefix(body, "[") {
			step.PatchType = types.JSONPatchType
		}
		if touchesTemplate(step) != want {
			t.Errorf("%s: want %v", body, want)
		}
	}
}
