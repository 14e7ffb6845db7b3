package workload

import (
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model"
)

// revisionOf gives a ReplicaSet of shop/web that has a template of its own.
func revisionOf(hidden bool, uid string) *appsv1.ReplicaSet {
	rs := webRevision()
	rs.Name, rs.Spec.Replicas, rs.Spec.Template.Spec = "evil", new(int32(3)), sound().Spec
	rs.Spec.Template.Spec.HostPID = hidden
	rs.OwnerReferences[0].UID = "u"
	rs.UID = "r"
	if uid == "" {
		rs.UID = ""
	}
	return rs
}

// TestFoldedTemplateIsJudged holds that a template is judged with the owner into which the object that holds it is folded,
// whether there are pods of it or not, and that decoys do not hide it.
func TestFoldedTemplateIsJudged(t *testing.T) {
	d := deployment(nil)
	d.UID = "u"
	for _, uid := range []string{"", "r"} {
		rs := revisionOf(true, uid)
		b := newBench(t, model.FixedClock(now)).complete().put(d, rs)
		f := b.find("PS02", "shop/Deployment/web")
		if f == nil {
			t.Fatalf("not judged\n%s", b.text())
		}
		if e := f.Proof.Evidence(); len(e) != 1 || e[0].Object.Name != "evil" || e[0].Path != "spec.template.spec.hostPID" || f.Pods != 0 {
			t.Errorf("%d pods, %v", f.Pods, e)
		}
		decoy := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "decoy", OwnerReferences: []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: "evil", UID: rs.UID, Controller: new(true)}}}, Spec: sound().Spec}
		if b.put(decoy); b.find("PS02", "shop/Deployment/web") == nil {
			t.Errorf("a decoy hides it\n%s", b.text())
		}
		// A pod of the template says the same, and is what proves it then.
		real := decoy.DeepCopy()
		real.Name, real.Spec.HostPID = "real", true
		if b.put(real); len(b.find("PS02", "shop/Deployment/web").Proof.Evidence()) != 1 {
			t.Errorf("with a pod: %v", b.find("PS02", "shop/Deployment/web").Proof.Evidence())
		}
		if e := b.find("PS02", "shop/Deployment/web").Proof.Evidence()[0]; e.Object.Name != "real" {
			t.Errorf("with a pod: %v", e)
		}
		b.apply(model.Drop(b.ref("Pod", "real")))
		d.Spec.Template.Spec.HostPID = true
		if b.put(d); b.find("PS02", "shop/Deployment/web").Proof.Evidence()[0].Object.Kind != "Deployment" {
			t.Errorf("the owner's own: %v", b.find("PS02", "shop/Deployment/web").Proof.Evidence())
		}
		d.Spec.Template.Spec.HostPID = false
		if b.put(d); b.find("PS02", "shop/Deployment/web") == nil {
			t.Errorf("the owner is sound again, the other is not\n%s", b.text())
		}
		if b.put(revisionOf(false, uid)); b.find("PS02", "shop/Deployment/web") != nil {
			t.Errorf("both are sound\n%s", b.text())
		}
		b.put(rs)
		if b.apply(model.Drop(b.ref("ReplicaSet", "evil"))); b.find("PS02", "shop/Deployment/web") != nil {
			t.Errorf("it is gone\n%s", b.text())
		}
	}
}

// TestEndedRevisionsStayFolded holds that what wants no pods any more adds nothing to its owner: jobs that have run by an older
// template, and revisions scaled to none of which a pod is still there.
func TestEndedRevisionsStayFolded(t *testing.T) {
	d := deployment(nil)
	d.UID = "u"
	old := revisionOf(true, "r")
	old.Spec.Replicas, old.Status.Replicas = new(int32(0)), 1
	c := &batchv1.CronJob{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "nightly", UID: "c"}, Spec: batchv1.CronJobSpec{JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: sound()}}}}
	j := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "run", UID: "j", OwnerReferences: []metav1.OwnerReference{{APIVersion: "batch/v1", Kind: "CronJob", Name: "nightly", UID: "c", Controller: new(true)}}},
		Spec: batchv1.JobSpec{Template: sound(), Suspend: new(true)}}
	j.Spec.Template.Spec.HostPID = true
	b := newBench(t, model.FixedClock(now)).complete().put(d, old, c, j)
	if b.find("PS02", "shop/Deployment/web") != nil {
		t.Errorf("an old revision\n%s", b.text())
	}
	if b.find("PS02", "shop/CronJob/nightly") == nil {
		t.Errorf("a suspended job\n%s", b.text())
	}
	j.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobComplete, Status: corev1.ConditionTrue}}
	if b.put(j); b.find("PS02", "shop/CronJob/nightly") != nil {
		t.Errorf("a job that has run\n%s", b.text())
	}
	// What was never at a server has no status that counts.
	j.UID = ""
	if b.put(j); b.find("PS02", "shop/CronJob/nightly") == nil {
		t.Errorf("a manifest that says it has run\n%s", b.text())
	}
}

// TestRolloutAddsNothing holds that an older revision with pods that run says nothing beside them, and that one with the template of
// its owner is not held at all.
func TestRolloutAddsNothing(t *testing.T) {
	d := deployment(nil)
	d.UID = "u"
	rs := revisionOf(true, "r")
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "evil-1", UID: "p", OwnerReferences: []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: "evil", UID: "r", Controller: new(true)}}}, Spec: rs.Spec.Template.Spec}
	b := newBench(t, model.FixedClock(now)).complete().put(d, rs, pod)
	for _, f := range b.out.findings {
		for _, e := range f.Proof.Evidence() {
			if strings.Contains(e.Object.String(), "ReplicaSet") {
				t.Errorf("%s: %v", f.ID, e)
			}
		}
	}
	made := webRevision()
	made.OwnerReferences[0].UID, made.Spec.Replicas = "u", new(int32(3))
	made.Spec.Template.Spec = d.Spec.Template.Spec
	if b.put(made); len(b.a.lowers) != 1 {
		t.Errorf("%d held", len(b.a.lowers))
	}
}
