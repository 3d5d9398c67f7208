// SPDX-License-Identifier: MIT
// What a staked set is tested against: each says whatever it was told to.
// solhint-disable one-contract-per-file
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

import {IInbox} from "../interfaces/IInbox.sol";
import {IPreconfSlasher} from "../interfaces/IPreconfSlasher.sol";
import {IStakedSequencerSet} from "../interfaces/IStakedSequencerSet.sol";
import {RingWord} from "../types/RingWord.sol";

/// @title The oracle's clock and mixes
contract StakeOracleMock {
    uint256 public immutable BEACON_GENESIS_TIME;
    uint256 public immutable SLOT_SECONDS;
    uint256 public immutable SLOTS_PER_EPOCH;
    mapping(uint256 epoch => bytes32) public mixOf;

    constructor(uint256 beaconGenesisTime, uint256 slotSeconds, uint256 slotsPerEpoch) {
        BEACON_GENESIS_TIME = beaconGenesisTime;
        SLOT_SECONDS = slotSeconds;
        SLOTS_PER_EPOCH = slotsPerEpoch;
    }

    function setMix(uint256 epoch, bytes32 mix) external {
        mixOf[epoch] = mix;
    }
}

/// @title Rights of slots
contract StakeRightsMock {
    struct Right {
        address sequencer;
        uint64 minTick;
        uint64 maxTick;
        uint8 kind;
    }

    address public immutable STAKED_SET;
    mapping(uint256 slot => Right) public rightOf;

    constructor(address stakedSet) {
        STAKED_SET = stakedSet;
    }

    function setRight(uint256 slot, Right calldata right) external {
        rightOf[slot] = right;
    }
}

/// @title The ring and the timeline's clock
contract StakeInboxMock {
    address public immutable RIGHTS;
    uint64 private immutable BEACON_GENESIS_TIME;
    uint32 private immutable SLOT_SECONDS;
    mapping(uint32 id => RingWord) private _entries;

    constructor(address rights, uint64 beaconGenesisTime, uint32 slotSeconds) {
        RIGHTS = rights;
        BEACON_GENESIS_TIME = beaconGenesisTime;
        SLOT_SECONDS = slotSeconds;
    }

    function setEntry(RingWord word) external {
        _entries[uint32(word.id())] = word;
    }

    function entry(uint32 id) external view returns (RingWord word) {
        word = _entries[id];
        require(word.id() == id, IInbox.UnknownEntry(id, word));
    }

    function timeline()
        external
        view
        returns (address, address, address, address, uint64, IInbox.TimelineConfig memory config, RingWord)
    {
        config.beaconGenesisTime = BEACON_GENESIS_TIME;
        config.slotSeconds = SLOT_SECONDS;
        return (address(0), address(0), address(0), RIGHTS, 0, config, RingWord.wrap(0));
    }
}

/// @title A slasher that slashes whomever it is told to
contract StakeSlasherMock {
    IInbox public immutable inbox;
    IStakedSequencerSet public immutable stakedSet;
    uint64 private immutable CHALLENGE_WINDOW;

    constructor(IInbox inbox_, IStakedSequencerSet stakedSet_, uint64 challengeWindow) {
        inbox = inbox_;
        stakedSet = stakedSet_;
        CHALLENGE_WINDOW = challengeWindow;
    }

    function slash(address sequencer, uint256 numerator, uint256 denominator) external returns (uint256 burnt) {
        return stakedSet.slash(sequencer, numerator, denominator);
    }

    function parameters() external view returns (IPreconfSlasher.Parameters memory) {
        return IPreconfSlasher.Parameters(0, 0, 0, CHALLENGE_WINDOW);
    }
}

/// @title A token with moods
contract StakeToken is ERC20 {
    enum Mood {
        Well,
        /// Moves nothing and says so.
        ReturnsFalse,
        /// Moves one unit less.
        TakesFee,
        /// Does not let go to the address of the burnt.
        KeepsBurnt
    }

    address private constant BURNT = 0x000000000000000000000000000000000000dEaD;
    Mood public mood;
    address private _hook;
    bytes private _hookData;
    /// @notice What became of the call made in the middle of the last transfer.
    bool public hookSucceeded;
    bytes public hookAnswer;

    error NotThere(address to);

    constructor() ERC20("Stake", "STK") {}

    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }

    function setMood(Mood mood_) external {
        mood = mood_;
    }

    /// @notice Whom the next transfer calls in its middle.
    function setHook(address hook, bytes calldata data) external {
        (_hook, _hookData) = (hook, data);
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        if (mood == Mood.ReturnsFalse) return false;
        require(mood != Mood.KeepsBurnt || to != BURNT, NotThere(to));
        return super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        if (mood == Mood.ReturnsFalse) return false;
        return super.transferFrom(from, to, mood == Mood.TakesFee ? amount - 1 : amount);
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        address hook = _hook;
        if (hook == address(0)) return;
        _hook = address(0);
        (hookSucceeded, hookAnswer) = hook.call(_hookData);
    }
}
