package apply

import (
	"context"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/k8s/labtest"
	"canopy/model"
)

// TestPods tries pods of templates in namespaces that refuse them, which a dry run of their owners does not show.
func TestPods(t *testing.T) {
	w := newWorld(t, labtest.Shared(t))
	space := w.ref("Namespace", w.namespace)
	ref := w.made(deployment)
	claims := w.made("{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: sts}, spec: {replicas: 0, serviceName: s, selector: {matchLabels: {app: db}}, template: {metadata: {labels: {app: db}}, spec: {containers: [{name: app, image: i, volumeMounts: [{name: data, mountPath: /data}]}]}}," +
		" volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]}}")
	cron := w.made("{apiVersion: batch/v1, kind: CronJob, metadata: {name: c}, spec: {schedule: '0 0 1 1 *', jobTemplate: {spec: {template: {spec: {restartPolicy: Never, hostPID: true, containers: [{name: app, image: i}]}}}}}}")
	label := func(ref model.Ref) model.Step {
		return w.strategic(ref, `{spec: {template: {metadata: {labels: {x: 'y'}}}}}`)
	}
	tried := func(steps ...model.Step) []model.Check {
		t.Helper()
		list, err := w.TryPods(t.Context(), plan(steps...), nil)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	list := tried(label(ref), label(claims), w.strategic(cron, `{spec: {jobTemplate: {spec: {template: {spec: {hostPID: null}}}}}}`),
		w.strategic(ref, `{metadata: {labels: {only: owner}}}`), w.create("Pod", "p", "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: NS}, spec: {containers: [{name: app, image: i}]}}"))
	if len(list) != 4 {
		t.Fatalf("%s", show(list))
	}
	for i := range list {
		expect(t, list, i, model.Passed, "")
	}
	if list := tried(w.strategic(space, `{metadata: {labels: {a: b}}}`)); len(list) != 1 || list[0].Step != model.WholePlan || list[0].Outcome != model.Passed {
		t.Errorf("%s", show(list))
	}
	// Stages of Pod Security: the dry run of the label tells the pods that break it, the pod is refused where it is enforced.
	trial := w.try(w.strategic(space, `{metadata: {labels: {pod-security.kubernetes.io/enforce: baseline}}}`))
	for range 40 {
		if len(trial.Checks[0].Warnings) > 0 {
			break
		}
		time.Sleep(250 * time.Millisecond)
		trial = w.try(w.strategic(space, `{metadata: {labels: {pod-security.kubernetes.io/enforce: baseline}}}`))
	}
	expect(t, trial.Checks, 0, model.Warned, "", "existing pods in namespace", "host namespaces")
	patch := func(ref model.Ref, body string) {
		t.Helper()
		if _, err := w.resource(ref).Patch(t.Context(), ref.Name, types.MergePatchType, []byte(body), metav1.PatchOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	patch(space, `{"metadata":{"labels":{"pod-security.kubernetes.io/warn":"baseline"}}}`)
	until := func(outcome model.Outcome, steps ...model.Step) []model.Check {
		t.Helper()
		for range 40 {
			if list = tried(steps...); list[0].Outcome == outcome {
				break
			}
			time.Sleep(250 * time.Millisecond)
		}
		return list
	}
	list = until(model.Warned, label(ref))
	expect(t, list, 0, model.Warned, "", "would violate PodSecurity")
	trial = w.try(label(ref))
	expect(t, trial.Checks, 0, model.Warned, "", "would violate PodSecurity")
	patch(space, `{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"baseline"}}}`)
	list = until(model.Failed, label(ref))
	expect(t, list, 0, model.Failed, model.CauseRefused, "Pod Security", "hostPID")
	if strings.Contains(show(list), "hunter2") {
		t.Error("a value is told")
	}
	// A full quota holds up whoever needs one more pod for a moment, not who takes old ones away first.
	w.made("{apiVersion: v1, kind: ResourceQuota, metadata: {name: q}, spec: {hard: {pods: '0'}}}")
	set := w.made("{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: ds}, spec: {selector: {matchLabels: {app: ds}}, template: {metadata: {labels: {app: ds}}, spec: {containers: [{name: app, image: i}]}}}}")
	fix := w.strategic(ref, `{spec: {template: {spec: {hostPID: null, containers: [{name: app, securityContext: {privileged: null}}]}}}}`)
	list = until(model.Failed, fix, label(set))
	expect(t, list, 0, model.Failed, model.CauseRefused, "quota", "exceeded quota")
	expect(t, list, 1, model.Warned, model.CauseRefused, "the old ones go before")
	// A step that fails gives no pod; one whose account is made earlier cannot be tried.
	list = tried(w.strategic(ref, `{spec: {template: {spec: {restartPolicy: Never}}}}`),
		w.create("ServiceAccount", "new", "{apiVersion: v1, kind: ServiceAccount, metadata: {name: new, namespace: NS}}"),
		w.strategic(claims, `{spec: {template: {spec: {serviceAccountName: new}}}}`))
	expect(t, list, 0, model.Untestable, model.CauseInvalid, "no pod to try")
	expect(t, list, 1, model.Untestable, model.CauseEarlier, "ServiceAccount/new")
}

// TestWatch rolls owners out, or does not.
func TestWatch(t *testing.T) {
	w := newWorld(t, labtest.Shared(t))
	ref := w.made(deployment)
	paused := w.made(strings.NewReplacer("name: web}, spec: {", "name: paused}, spec: {paused: true, ", "app: web", "app: paused").Replace(deployment))
	onDelete := w.made("{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: ds}, spec: {updateStrategy: {type: OnDelete}, selector: {matchLabels: {app: ds}}, template: {metadata: {labels: {app: ds}}, spec: {containers: [{name: app, image: i}]}}}}")
	sets := w.made("{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: sts}, spec: {replicas: 2, serviceName: s, selector: {matchLabels: {app: db}}, template: {metadata: {labels: {app: db}}, spec: {containers: [{name: app, image: i}]}}}}")
	replicas := w.made("{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: rs}, spec: {replicas: 1, selector: {matchLabels: {app: rs}}, template: {metadata: {labels: {app: rs}}, spec: {containers: [{name: app, image: i}]}}}}")
	label := func(ref model.Ref) model.Step {
		return w.strategic(ref, `{spec: {template: {metadata: {labels: {x: 'y'}}}}}`)
	}
	steps := plan(label(ref), label(paused), label(onDelete), label(sets), label(replicas), w.strategic(ref, `{metadata: {labels: {a: b}}}`))
	if _, err := w.Apply(t.Context(), steps, nil, nil); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	told := 0
	list, err := w.Watch(ctx, steps, func(model.Check) { told++ })
	if err != nil || len(list) != 5 || told < len(list) {
		t.Fatalf("%v, told %d\n%s", err, told, show(list))
	}
	for _, c := range list {
		outcome, words := model.Passed, "new and"
		switch c.Step {
		case 1:
			outcome, words = model.Warned, "rollout resume"
		case 2:
			outcome, words = model.Warned, "OnDelete"
		case 4:
			outcome, words = model.Warned, "never replaces pods"
		}
		if c.Outcome != outcome || !strings.Contains(c.Message, words) || c.Rung != model.RungApplied {
			t.Errorf("%s", show([]model.Check{c}))
		}
	}
	// Pods that are refused, and a deadline that passes.
	space := w.ref("Namespace", w.namespace)
	if _, err := w.Apply(t.Context(), plan(w.strategic(space, `{metadata: {labels: {pod-security.kubernetes.io/enforce: restricted}}}`)), nil, nil); err != nil {
		t.Fatal(err)
	}
	again := w.strategic(ref, `{spec: {progressDeadlineSeconds: 4, template: {metadata: {labels: {x: w}}}}}`)
	set := w.strategic(sets, `{spec: {template: {metadata: {labels: {x: w}}}}}`)
	if _, err := w.Apply(t.Context(), plan(again, set), nil, nil); err != nil {
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if list, err = w.Watch(ctx, plan(again, set), nil); err != nil || len(list) != 2 {
		t.Fatalf("%v\n%s", err, show(list))
	}
	expect(t, list, 0, model.Failed, model.CauseStuck, "deadline is over", "violates PodSecurity")
	expect(t, list, 1, model.Failed, model.CauseStuck, "when the time was over", "violates PodSecurity")
}
