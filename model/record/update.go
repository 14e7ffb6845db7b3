package record

import (
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Strategy is how an owner of pods replaces those it has when its template changes.
type Strategy uint8

// The strategies.
const (
	// Rolling replaces them bit by bit. It is what the API server takes where nothing is said.
	Rolling Strategy = iota
	// Recreate lets all go before the first new one comes.
	Recreate
	// OnDelete replaces none: whoever deletes one gets a new one.
	OnDelete
)

// strategyOf reads the type of an update strategy, which the kinds write alike.
func strategyOf[T ~string](word T) Strategy {
	switch string(word) {
	case string(appsv1.RecreateDeploymentStrategyType):
		return Recreate
	case string(appsv1.OnDeleteDaemonSetStrategyType):
		return OnDelete
	}
	return Rolling
}

func (s Strategy) String() string {
	switch s {
	case Recreate:
		return "Recreate"
	case OnDelete:
		return "OnDelete"
	}
	return "RollingUpdate"
}

// nothing tells that a number, which may be a percentage, is zero.
func nothing(n *intstr.IntOrString) bool {
	if n == nil {
		return false
	}
	if n.Type == intstr.Int {
		return n.IntVal == 0
	}
	percent, err := strconv.Atoi(strings.TrimSuffix(n.StrVal, "%"))
	return err == nil && percent == 0
}

func deploymentStrategy(s *appsv1.DeploymentStrategy) (how Strategy, surge bool) {
	how = strategyOf(s.Type)
	return how, how == Rolling && (s.RollingUpdate == nil || !nothing(s.RollingUpdate.MaxSurge))
}

func daemonSetStrategy(s *appsv1.DaemonSetUpdateStrategy) (how Strategy, surge bool) {
	how = strategyOf(s.Type)
	return how, how == Rolling && s.RollingUpdate != nil && s.RollingUpdate.MaxSurge != nil && !nothing(s.RollingUpdate.MaxSurge)
}

// statefulSetStrategy gives the first ordinal that is updated too: what a partition counts from is the first of all.
func statefulSetStrategy(s *appsv1.StatefulSetSpec) (how Strategy, partition int32) {
	how = strategyOf(s.UpdateStrategy.Type)
	r := s.UpdateStrategy.RollingUpdate
	if how != Rolling || r == nil || r.Partition == nil || *r.Partition <= 0 {
		return how, 0
	}
	partition = *r.Partition
	if s.Ordinals != nil {
		partition += max(0, s.Ordinals.Start)
	}
	return how, max(0, partition)
}

// deploymentStrategy gives the strategy as it is written in a Deployment, as far as it is kept.
func (w *Workload) deploymentStrategy() appsv1.DeploymentStrategy {
	s := appsv1.DeploymentStrategy{Type: appsv1.DeploymentStrategyType(w.Strategy.String())}
	if w.Strategy == Rolling && !w.Surge {
		s.RollingUpdate = &appsv1.RollingUpdateDeployment{MaxSurge: &intstr.IntOrString{}}
	}
	return s
}

func (w *Workload) daemonSetStrategy() appsv1.DaemonSetUpdateStrategy {
	s := appsv1.DaemonSetUpdateStrategy{Type: appsv1.DaemonSetUpdateStrategyType(w.Strategy.String())}
	if w.Surge {
		one := intstr.FromInt32(1)
		s.RollingUpdate = &appsv1.RollingUpdateDaemonSet{MaxSurge: &one}
	}
	return s
}

func (w *Workload) statefulSetStrategy() appsv1.StatefulSetUpdateStrategy {
	s := appsv1.StatefulSetUpdateStrategy{Type: appsv1.StatefulSetUpdateStrategyType(w.Strategy.String())}
	if w.Strategy == Rolling {
		partition := w.Partition
		s.RollingUpdate = &appsv1.RollingUpdateStatefulSetStrategy{Partition: &partition}
	}
	return s
}

// Replaces tells whether the controller of an owner replaces a pod that it made from an older template: not a bare ReplicaSet,
// which only fills up; not a paused Deployment, nor where a pod has to be deleted first or its ordinal is below the partition.
// It is asked of the owner whose template people change: of a Deployment, not of its ReplicaSet.
func (w *Workload) Replaces(pod string) bool {
	switch w.Kind.Kind {
	case "Deployment":
		return !w.Suspended
	case "DaemonSet":
		return w.Strategy != OnDelete
	case "StatefulSet":
		return w.Strategy != OnDelete && !w.Partitioned(pod)
	}
	return false
}

// Partitioned tells whether a StatefulSet makes a pod of that name from its older template, even where it has to make it again.
func (w *Workload) Partitioned(pod string) bool {
	if w.Partition == 0 {
		return false
	}
	n, err := strconv.ParseInt(pod[strings.LastIndexByte(pod, '-')+1:], 10, 32)
	return err == nil && n < int64(w.Partition)
}
