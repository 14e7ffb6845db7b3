package node

import (
	"canopy/analysis/lifecycle"
	"canopy/model/record"
)

// refusesV1From is the minor from which a kubelet does not start on control groups of version 1 unless failCgroupV1 is off.
const refusesV1From = 35

// judgeCGroup says whether a node may still run on control groups of version 1. No field of the API tells which it has.
func judgeCGroup(s *system, kubelet lifecycle.Version, plain bool, config *record.KubeletConfig) Verdict {
	v := Verdict{Topic: CGroup, State: NoData}
	allowed := config != nil && config.FailCgroupV1 != nil && !*config.FailCgroupV1
	refuses := plain && kubelet.Major == 1 && kubelet.Minor >= refusesV1From
	switch {
	case refuses && config != nil && !allowed:
		v.State, v.Detail = OK, "version 2: a kubelet of "+kubelet.Line()+" does not start on version 1"
	case refuses && !allowed && s.cgroup != 1:
		v.State, v.Detail = OK, "version 2, as kubelets from 1.35 on do not start on version 1 unless failCgroupV1 is off: inferred, its configuration was not read"
	case s.cgroup == 2:
		v.State, v.Detail = OK, "version 2 by default of "+s.name+": inferred"
	case s.cgroup == 1 && refuses:
		v.State, v.Detail = Overdue, "version 1 by default of "+s.name+": inferred; its kubelet refuses that unless failCgroupV1 is off"
	case s.cgroup == 1 && plain && kubelet.Minor == refusesV1From-1:
		v.State, v.Detail = Overdue, "version 1 by default of "+s.name+": inferred; the kubelet of the next minor does not start on it"
	case s.cgroup == 1:
		v.State, v.Detail = Due, "version 1 by default of "+s.name+": inferred; kubelets from 1.35 on do not start on it"
	default:
		v.Detail = "nothing tells which version of control groups " + s.name + " boots with"
	}
	if allowed {
		v.Detail += "; failCgroupV1 is off"
		if v.State == OK && s.cgroup != 2 {
			v.State = NoData
		}
	}
	return v
}
