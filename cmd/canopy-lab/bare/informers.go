// Package bare measures plain client-go informers over the kinds that Canopy reads: what any program built on them costs before it does anything.
package bare

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

// Report is what the informers took.
type Report struct {
	SyncSeconds    float64        `json:"syncSeconds"`    // until every kind was listed
	CPUSeconds     float64        `json:"cpuSeconds"`     // of this process until then
	ResidentBytes  int64          `json:"residentBytes"`  // right after
	CollectedBytes int64          `json:"collectedBytes"` // after a garbage collection that gives memory back
	IdleCores      float64        `json:"idleCores"`      // processor use of the time asked for, afterwards
	Objects        int            `json:"objects"`
	Kinds          map[string]int `json:"kinds"`
}

// Measure starts one informer per kind, waits until all have synced, and watches them for the idle time.
func Measure(ctx context.Context, config *rest.Config, stripManagedFields bool, idle time.Duration) (*Report, error) {
	config = rest.CopyConfig(config)
	config.QPS = -1
	config.ContentType, config.AcceptContentTypes = "application/vnd.kubernetes.protobuf", "application/vnd.kubernetes.protobuf,application/json"
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	var options []informers.SharedInformerOption
	if stripManagedFields {
		options = append(options, informers.WithTransform(withoutManagedFields))
	}
	factory := informers.NewSharedInformerFactoryWithOptions(client, 0, options...)
	watched := kinds(factory)
	start := time.Now()
	factory.StartWithContext(ctx)
	report := &Report{Kinds: map[string]int{}}
	for kind, informer := range watched {
		if !cache.WaitForCacheSync(ctx.Done(), informer.HasSynced) {
			return nil, errors.Join(fmt.Errorf("%s did not sync", kind), context.Cause(ctx))
		}
	}
	report.SyncSeconds, report.CPUSeconds = time.Since(start).Seconds(), cpuSeconds()
	if report.ResidentBytes, err = residentBytes(); err != nil {
		return nil, err
	}
	debug.FreeOSMemory()
	if report.CollectedBytes, err = residentBytes(); err != nil {
		return nil, err
	}
	for kind, informer := range watched {
		report.Kinds[kind] = len(informer.GetStore().ListKeys())
		report.Objects += report.Kinds[kind]
	}
	if idle > 0 {
		before := cpuSeconds()
		select {
		case <-ctx.Done():
		case <-time.After(idle):
		}
		report.IdleCores = (cpuSeconds() - before) / idle.Seconds()
	}
	runtime.KeepAlive(factory)
	return report, nil
}

func kinds(f informers.SharedInformerFactory) map[string]cache.SharedIndexInformer {
	return map[string]cache.SharedIndexInformer{
		"pods":                   f.Core().V1().Pods().Informer(),
		"nodes":                  f.Core().V1().Nodes().Informer(),
		"namespaces":             f.Core().V1().Namespaces().Informer(),
		"serviceaccounts":        f.Core().V1().ServiceAccounts().Informer(),
		"services":               f.Core().V1().Services().Informer(),
		"configmaps":             f.Core().V1().ConfigMaps().Informer(),
		"secrets":                f.Core().V1().Secrets().Informer(),
		"resourcequotas":         f.Core().V1().ResourceQuotas().Informer(),
		"limitranges":            f.Core().V1().LimitRanges().Informer(),
		"persistentvolumes":      f.Core().V1().PersistentVolumes().Informer(),
		"persistentvolumeclaims": f.Core().V1().PersistentVolumeClaims().Informer(),
		"roles":                  f.Rbac().V1().Roles().Informer(),
		"rolebindings":           f.Rbac().V1().RoleBindings().Informer(),
		"clusterroles":           f.Rbac().V1().ClusterRoles().Informer(),
		"clusterrolebindings":    f.Rbac().V1().ClusterRoleBindings().Informer(),
		"networkpolicies":        f.Networking().V1().NetworkPolicies().Informer(),
		"ingresses":              f.Networking().V1().Ingresses().Informer(),
		"endpointslices":         f.Discovery().V1().EndpointSlices().Informer(),
		"deployments":            f.Apps().V1().Deployments().Informer(),
		"replicasets":            f.Apps().V1().ReplicaSets().Informer(),
		"daemonsets":             f.Apps().V1().DaemonSets().Informer(),
		"statefulsets":           f.Apps().V1().StatefulSets().Informer(),
		"jobs":                   f.Batch().V1().Jobs().Informer(),
		"cronjobs":               f.Batch().V1().CronJobs().Informer(),
		"poddisruptionbudgets":   f.Policy().V1().PodDisruptionBudgets().Informer(),
	}
}

func withoutManagedFields(object any) (any, error) {
	if accessor, err := meta.Accessor(object); err == nil {
		accessor.SetManagedFields(nil)
	}
	return object, nil
}

// cpuSeconds is the processor time of this process so far.
func cpuSeconds() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds()
}

// residentBytes is the resident memory of this process; only Linux tells.
func residentBytes() (int64, error) {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(data)) {
		if value, found := strings.CutPrefix(line, "VmRSS:"); found {
			kilobytes, err := strconv.ParseInt(strings.Fields(value)[0], 10, 64)
			return kilobytes << 10, err
		}
	}
	return 0, errors.New("no VmRSS in /proc/self/status")
}
