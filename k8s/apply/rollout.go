package apply

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// stage is how far an owner has rolled out.
type stage struct {
	message              string
	done, warned, failed bool
}

func waitingFor(format string, args ...any) stage {
	return stage{message: fmt.Sprintf(format, args...)}
}

// rollout tells how far an owner has rolled out, by the rules of kubectl's polymorphichelpers/rollout_status.go.
func rollout(u *unstructured.Unstructured) stage {
	o := fields{u}
	switch kind := u.GetKind(); {
	case kind == "CronJob":
		return stage{message: "It holds from the next run on; a run that is under way goes on as it began.", done: true}
	case kind == "Job":
		return stage{message: "The job was made.", done: true}
	case kind == "Pod":
		return podStage(o)
	case o.number("status", "observedGeneration") < u.GetGeneration():
		return waitingFor("The controller has not seen the change yet.")
	case kind == "Deployment":
		return deploymentStage(o)
	case kind == "DaemonSet":
		return daemonSetStage(o)
	case kind == "StatefulSet":
		return statefulSetStage(o)
	}
	return replicaStage(o)
}

func deploymentStage(o fields) stage {
	want, updated := o.number("spec", "replicas"), o.number("status", "updatedReplicas")
	switch {
	case o.flag("spec", "paused"):
		return stage{message: "The rollout is paused, so no pod changes until somebody resumes it: kubectl rollout resume.", warned: true}
	case o.condition("Progressing", "reason") == "ProgressDeadlineExceeded":
		return stage{message: "The rollout does not get on: its deadline is over.", failed: true}
	case updated < want:
		return waitingFor("%d of %d pods are new.", updated, want)
	case o.number("status", "replicas") > updated:
		return waitingFor("%d old pods are still to go.", o.number("status", "replicas")-updated)
	case o.number("status", "availableReplicas") < updated:
		return waitingFor("%d of %d new pods are available.", o.number("status", "availableReplicas"), updated)
	}
	return stage{message: fmt.Sprintf("All %d pods are new and available.", updated), done: true}
}

func daemonSetStage(o fields) stage {
	want, updated := o.number("status", "desiredNumberScheduled"), o.number("status", "updatedNumberScheduled")
	switch {
	case o.text("spec", "updateStrategy", "type") == "OnDelete":
		return onDelete()
	case updated < want:
		return waitingFor("%d of %d pods are new.", updated, want)
	case o.number("status", "numberAvailable") < want:
		return waitingFor("%d of %d new pods are available.", o.number("status", "numberAvailable"), want)
	}
	return stage{message: fmt.Sprintf("All %d pods are new and available.", want), done: true}
}

func statefulSetStage(o fields) stage {
	want, updated := o.number("spec", "replicas"), o.number("status", "updatedReplicas")
	partition := min(o.number("spec", "updateStrategy", "rollingUpdate", "partition"), want)
	switch {
	case o.text("spec", "updateStrategy", "type") == "OnDelete":
		return onDelete()
	case updated < want-partition:
		return waitingFor("%d of %d pods are new.", updated, want-partition)
	case o.number("status", "readyReplicas") < want:
		return waitingFor("%d of %d pods are ready.", o.number("status", "readyReplicas"), want)
	case partition > 0:
		return stage{message: fmt.Sprintf("Its partition keeps %d of %d pods as they are; lower spec.updateStrategy.rollingUpdate.partition to change them.", partition, want), warned: true}
	case o.text("status", "updateRevision") != o.text("status", "currentRevision"):
		return waitingFor("The last pods are being replaced.")
	}
	return stage{message: fmt.Sprintf("All %d pods are new and ready.", want), done: true}
}

// replicaStage is that of kinds whose controllers make pods and never replace any.
func replicaStage(o fields) stage {
	want := o.number("spec", "replicas")
	switch {
	case o.number("status", "replicas") < want:
		return waitingFor("%d of %d pods are there.", o.number("status", "replicas"), want)
	case o.number("metadata", "generation") > 1 && want > 0:
		return stage{message: fmt.Sprintf("A %s never replaces pods: delete those that run, so that new ones come in their place.", o.GetKind()), warned: true}
	case o.number("status", "availableReplicas") < want:
		return waitingFor("%d of %d pods are available.", o.number("status", "availableReplicas"), want)
	}
	return stage{message: fmt.Sprintf("All %d pods are available.", want), done: true}
}

func podStage(o fields) stage {
	switch phase := o.text("status", "phase"); {
	case phase == "Failed":
		return stage{message: "The pod has failed.", failed: true}
	case phase == "Succeeded":
		return stage{message: "The pod has run to its end.", done: true}
	case phase == "Running" && o.condition("Ready", "status") == "True":
		return stage{message: "The pod is ready.", done: true}
	}
	return waitingFor("The pod is not ready yet.")
}

func onDelete() stage {
	return stage{message: "Its strategy is OnDelete, so no pod changes until somebody deletes it: delete its pods, one after the other.", warned: true}
}

// fields reads an object by paths. What is not there is zero.
type fields struct{ *unstructured.Unstructured }

func (o fields) number(path ...string) int64 {
	n, _, _ := unstructured.NestedInt64(o.Object, path...)
	return n
}

func (o fields) text(path ...string) string {
	s, _, _ := unstructured.NestedString(o.Object, path...)
	return s
}

func (o fields) flag(path ...string) bool {
	b, _, _ := unstructured.NestedBool(o.Object, path...)
	return b
}

// condition gives a field of a condition of the status.
func (o fields) condition(kind, field string) string {
	list, _, _ := unstructured.NestedSlice(o.Object, "status", "conditions")
	for _, item := range list {
		if c, _ := item.(map[string]any); c["type"] == kind {
			text, _ := c[field].(string)
			return text
		}
	}
	return ""
}
