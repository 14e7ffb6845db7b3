package remedy

import (
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
)

// limit is NW15: a LimitRange that gives a request to containers which declare none, and a ResourceQuota that leaves room
// for what is there, a fifth more, and one more pod of the largest while it is replaced. No figure is made up.
func (s *segments) limit(f *model.Finding) error {
	name := f.Object.Name
	u := s.usage(name)
	has := func(kind string) bool {
		for r := range s.p.c.All(schema.GroupKind{Kind: kind}) {
			if r.GetNamespace() == name {
				return true
			}
		}
		return false
	}
	if !has("LimitRange") {
		if len(u.least) == 0 {
			s.p.figures = true
			s.p.note(f, "no container of the namespace requests anything, so that no figure is known", "measure what is used, then write a LimitRange with defaultRequest")
		} else if err := s.limitRange(f, u); err != nil {
			return err
		}
	}
	if has("ResourceQuota") {
		return nil
	}
	return s.resourceQuota(f, u)
}

func sized() [2]corev1.ResourceName {
	return [...]corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory}
}

func (s *segments) limitRange(f *model.Finding, u *usage) error {
	ref := s.free("LimitRange", f.Object.Name, "default-requests")
	d, err := s.create(ref, &corev1.LimitRange{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "LimitRange"}, ObjectMeta: metav1.ObjectMeta{Name: ref.Name, Namespace: ref.Namespace},
		Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{{Type: corev1.LimitTypeContainer, DefaultRequest: u.least}}},
	})
	if err != nil {
		return err
	}
	s.add(d, harmless, []string{"containers that declare no request get the smallest that one of the namespace has, from their next start on; no limit is set, since none is known"}, f)
	return nil
}

func (s *segments) resourceQuota(f *model.Finding, u *usage) error {
	hard := corev1.ResourceList{
		corev1.ResourceServicesNodePorts:     *resource.NewQuantity(u.ports, resource.DecimalSI),
		corev1.ResourceServicesLoadBalancers: *resource.NewQuantity(u.balancers, resource.DecimalSI),
	}
	var evidence []string
	if len(u.unknown) > 0 {
		evidence = append(evidence, "how many pods the namespace comes to is not known, so that the quota leaves pods and requests out: "+list(u.unknown, 8),
			"it limits Services alone: add pods, requests.cpu and requests.memory once the figures are known; what is created beyond is refused")
	} else {
		hard[corev1.ResourcePods] = *resource.NewQuantity(max(roomFor(u.pods), u.pods+u.surge), resource.DecimalSI)
		evidence = append(evidence, "sized by what is there: a fifth more than the sum of requests, or the largest pod once more where that is more; what is created beyond is refused",
			"raise it before more replicas are asked for, by hand or by an autoscaler: kubectl describe resourcequota --namespace "+quote(f.Object.Name)+" shows how much is left")
		if u.surge > 0 {
			evidence = append(evidence, "there is room for "+strconv.FormatInt(u.surge, 10)+" more by which owners go over what they want while they replace pods; what maxSurge says beyond a quarter is not in it")
		}
	}
	if u.balancers+u.ports == 0 {
		evidence = append(evidence, "no Service can take a port of the nodes, or a load balancer, until the quota allows it")
	}
	for _, name := range sized() {
		if len(u.unknown) > 0 {
			break
		}
		least, known := u.least[name]
		if !known {
			evidence = append(evidence, "no figure is known for "+string(name)+": no container requests any, so that the quota leaves it out")
			continue
		}
		sum := times(least, u.bare[name])
		sum.Add(u.sum[name])
		more := times(least, u.bareSurge[name])
		more.Add(u.sumSurge[name])
		if largest := u.largest[name]; largest.Cmp(more) > 0 {
			more = largest.DeepCopy()
		}
		most := sum.DeepCopy()
		most.Add(more)
		if fifth := fifthMore(name, sum); fifth.Cmp(most) > 0 {
			most = fifth
		}
		hard[corev1.ResourceName("requests."+string(name))] = most
	}
	ref := s.free("ResourceQuota", f.Object.Name, "quota")
	d, err := s.create(ref, &corev1.ResourceQuota{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ResourceQuota"}, ObjectMeta: metav1.ObjectMeta{Name: ref.Name, Namespace: ref.Namespace},
		Spec: corev1.ResourceQuotaSpec{Hard: hard},
	})
	if err != nil {
		return err
	}
	s.add(d, needsEvidence, evidence, f)
	return nil
}

// roomFor leaves room for a fifth more, and for one more while a pod is replaced.
func roomFor(n int64) int64 { return max(n+(n+4)/5, n+1) }

// fifthMore adds a fifth, in whole thousandths of a processor or whole mebibytes.
func fifthMore(name corev1.ResourceName, q resource.Quantity) resource.Quantity {
	if name == corev1.ResourceCPU {
		return *resource.NewMilliQuantity((q.MilliValue()*6+4)/5, resource.DecimalSI)
	}
	const mebi = 1 << 20
	return *resource.NewQuantity(((q.Value()*6+4)/5+mebi-1)/mebi*mebi, resource.BinarySI)
}

// free gives a name that no object of a kind has in a namespace.
func (s *segments) free(kind, namespace, name string) model.Ref {
	for i := 1; ; i++ {
		ref := model.KindByName(kind).Ref(namespace, name)
		if i > 1 {
			ref.Name += "-" + strconv.Itoa(i)
		}
		if s.p.c.Get(ref) == nil && !s.taken[ref] {
			s.taken[ref] = true
			return ref
		}
	}
}
