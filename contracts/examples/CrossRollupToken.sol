// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

import {IMailbox} from "../interfaces/IMailbox.sol";

/// @title A token that moves between rollups within a bundle
/// @notice By synchronous calls: burnt on one rollup and minted on the other in the same instant, or not at all. What is pushed
/// belongs to the caller's alias there, which the caller can use by calls, and pull back.
/// @dev Who deploys it links the instances and then gives that up, so that nobody can add a rollup that mints at will.
contract CrossRollupToken is ERC20 {
    /// @notice Only who created the contract links, and only until `seal`.
    error NotLinker(address caller);
    error NotLinked(uint64 chainId);
    /// @notice Not the alias of this token's counterpart.
    error NotRemote(address caller);

    /// @notice What makes the calls.
    IMailbox public immutable MAILBOX;
    uint64 private constant CALL_GAS = 150_000;

    /// @notice Who may link; zero for nobody.
    address public linker = msg.sender;
    /// @notice This token on another rollup.
    mapping(uint64 chainId => address) public remoteOf;

    constructor(IMailbox mailbox, string memory name, string memory symbol, uint256 supply) ERC20(name, symbol) {
        MAILBOX = mailbox;
        _mint(msg.sender, supply);
    }

    /// @notice Names this token's counterpart on another rollup. Reverts with `NotLinker`.
    function link(uint64 chainId, address remote) external {
        require(msg.sender == linker, NotLinker(msg.sender));
        remoteOf[chainId] = remote;
    }

    /// @notice From now on no rollup is linked any more. Reverts with `NotLinker`.
    function seal() external {
        require(msg.sender == linker, NotLinker(msg.sender));
        linker = address(0);
    }

    /// @notice Moves the caller's tokens to the caller's alias on another rollup. Reverts with `NotLinked`, or as the call there.
    function push(uint64 destination, uint256 amount) external {
        _burn(msg.sender, amount);
        _call(destination, abi.encodeCall(this.mintRemote, (msg.sender, uint64(block.chainid), amount)));
    }

    /// @notice Moves tokens of the caller's alias on another rollup to the caller. Reverts as `push` does.
    function pull(uint64 destination, uint256 amount) external {
        _call(destination, abi.encodeCall(this.burnRemote, (msg.sender, uint64(block.chainid), amount)));
        _mint(msg.sender, amount);
    }

    /// @notice For this token's counterpart: mints to the alias of `owner`. Reverts with `NotRemote`.
    function mintRemote(address owner, uint64 source, uint256 amount) external {
        _requireRemote(source);
        _mint(MAILBOX.aliasOf(source, owner), amount);
    }

    /// @notice For this token's counterpart: burns from the alias of `owner`. Reverts with `NotRemote`.
    function burnRemote(address owner, uint64 source, uint256 amount) external {
        _requireRemote(source);
        _burn(MAILBOX.aliasOf(source, owner), amount);
    }

    function _call(uint64 destination, bytes memory data) private {
        address remote = remoteOf[destination];
        require(remote != address(0), NotLinked(destination));
        MAILBOX.call(destination, remote, CALL_GAS, data);
    }

    /// @dev The alias is that of the very token on the very chain, and only this mailbox makes calls from it.
    function _requireRemote(uint64 source) private view {
        address remote = remoteOf[source];
        require(remote != address(0) && msg.sender == MAILBOX.aliasOf(source, remote), NotRemote(msg.sender));
    }
}
