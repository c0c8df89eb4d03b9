//! Reading foreign JSON, naming every fault.
